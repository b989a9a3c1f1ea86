//! Command line of tracing-privacy: masks secrets and personal data in logs that already exist.

mod blocks;
mod buffers;
mod check;
mod encoding;
mod explain;
mod input;
mod keygen;
mod keys;
mod manual;
mod mask;
mod outcome;
mod pipeline;
mod private_key;
mod progress;
mod redact;
mod report;
mod rules;
mod scan;
mod steps;
mod token;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Finds and masks secrets and personal data in logs
///
/// The rules are those that mask at run time: of --rules, $TRACING_PRIVACY_RULES, redaction-rules.toml in the working
/// directory, or else the built-in ones.
#[derive(Parser)]
#[command(name = "tracing-privacy", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Redact(redact::Redact),
    Scan(scan::Scan),
    Check(check::Check),
    Explain(explain::Explain),
    Keygen(keygen::Keygen),
    Token(token::Token),
    Completions(manual::Completions),
    Man(manual::Man),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Redact(redact) => redact.run(),
        Command::Scan(scan) => scan.run(),
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Keygen(keygen) => keygen.run(),
        Command::Token(token) => token.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}
