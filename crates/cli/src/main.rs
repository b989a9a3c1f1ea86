//! Command line of tracing-privacy: masks secrets and personal data in logs that already exist.

mod blocks;
mod buffers;
mod encoding;
mod input;
mod mask;
mod pipeline;
mod private_key;
mod progress;
mod redact;
mod rules;
mod steps;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Something could not be read or written, or the rules are wrong. Also what a usage error gives.
const EXIT_TROUBLE: u8 = 2;

/// Masks secrets and personal data in logs.
#[derive(Parser)]
#[command(name = "tracing-privacy", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Redact(redact::Redact),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Redact(redact) => redact.run(),
    }
}
