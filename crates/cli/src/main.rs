//! Command line of tracing-privacy: masks secrets and personal data in logs that already exist.

mod encoding;
mod lines;
mod private_key;
mod redact;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
