//! Command line of tracing-privacy: masks secrets and personal data in logs that already exist.

mod atomic;
#[cfg(feature = "audit")]
mod audit;
mod blocks;
mod buffers;
mod carry;
mod check;
mod encoding;
mod explain;
mod init;
mod input;
mod keygen;
mod keys;
mod lint;
mod manual;
mod mask;
mod outcome;
mod outline;
mod page;
mod pipeline;
mod private_key;
mod progress;
mod redact;
mod report;
mod rules;
mod scan;
mod schema;
mod siblings;
mod sieve;
mod signals;
mod steps;
mod suggest;
mod terminal;
mod token;
mod trail;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::outcome::trouble;

const EXAMPLES: &str = "\
Examples:
  kubectl logs -f deploy/shop | tracing-privacy redact
  tracing-privacy scan /var/log/shop
  tracing-privacy explain user.email
  tracing-privacy report /var/log/shop privacy.trail -o report.html

Exit status:
  0  all is well
  1  there is something to mend: leaks, wrong rules, a trail that was changed
  2  something could not be read or done (the rest was), or the usage was wrong
  130  it was interrupted";

/// Finds and masks secrets and personal data in logs
///
/// The rules are those that mask at run time: of --rules, $TRACING_PRIVACY_RULES, redaction-rules.toml in the working
/// directory, or else the built-in ones.
#[derive(Parser)]
#[command(name = "tracing-privacy", version, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    terminal: terminal::Terminal,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Redact(redact::Redact),
    Scan(scan::Scan),
    Lint(lint::Lint),
    Suggest(suggest::Suggest),
    Init(init::Init),
    Check(check::Check),
    Explain(explain::Explain),
    Schema(schema::Schema),
    Keygen(keygen::Keygen),
    Token(token::Token),
    Trail(trail::Trail),
    Report(page::Report),
    #[cfg(feature = "audit")]
    Audit(audit::Audit),
    Completions(manual::Completions),
    Man(manual::Man),
}

fn main() -> ExitCode {
    terminal::apply_color_early(std::env::args_os());
    let cli = Cli::parse();
    cli.terminal.apply();
    if let Err(error) = signals::watch() {
        return trouble("signals cannot be watched", &error);
    }
    match cli.command {
        Command::Redact(redact) => redact.run(),
        Command::Scan(scan) => scan.run(),
        Command::Lint(lint) => lint.run(),
        Command::Suggest(suggest) => suggest.run(),
        Command::Init(init) => init.run(),
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Schema(schema) => schema.run(),
        Command::Keygen(keygen) => keygen.run(),
        Command::Token(token) => token.run(),
        Command::Trail(trail) => trail.run(),
        Command::Report(report) => report.run(),
        #[cfg(feature = "audit")]
        Command::Audit(audit) => audit.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// The arguments of every `tracing-privacy …` that a text shows, without the shell's part of the line.
    fn commands_in(text: &str) -> Vec<Vec<String>> {
        let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
        let parts = lines.flat_map(|line| line.split(['|', ';', '(', ')', '{', '}']));
        parts
            .filter_map(|part| {
                let from = part.find("tracing-privacy ").filter(|at| {
                    part[..*at].trim_end().rsplit(' ').next().is_some_and(|word| matches!(word, "" | "run:" | "&&"))
                })?;
                let words = part[from..].split_whitespace().take_while(|word| !word.contains(['>', '<']));
                // One argument in quotes may hold blanks.
                let words = words.map(|word| word.trim_matches('\'').to_owned()).collect();
                Some(words)
            })
            .collect()
    }

    #[test]
    fn what_the_readme_and_the_help_show_can_be_run() {
        // Without line breaks inside of commands.
        let mut cli = Cli::command().term_width(0);
        cli.build();
        let pages = [include_str!("../../../README.md"), include_str!("../../../docs/ci.md")];
        let blocks = pages.iter().flat_map(|page| page.split("```").skip(1).step_by(2));
        let mut texts: Vec<_> =
            blocks.filter(|block| block.starts_with("sh") || block.starts_with("yaml")).map(str::to_owned).collect();
        for command in cli.get_subcommands_mut() {
            texts.extend(command.get_subcommands_mut().map(|command| command.render_long_help().to_string()));
            texts.push(command.render_long_help().to_string());
        }
        let commands: Vec<_> = texts.iter().flat_map(|text| commands_in(text)).collect();
        assert!(commands.len() > 30, "{commands:?}");
        for command in commands {
            // Words of a text in quotes are more arguments than the shell would make of it.
            let is_text = command.iter().any(|word| word == "--text");
            let result = Cli::try_parse_from(if is_text { &command[..4] } else { &command });
            assert!(
                result.is_ok(),
                "{command:?}: {}",
                result.err().map_or_else(String::new, |error| error.to_string())
            );
        }
    }

    #[test]
    fn the_commands_are_put_together_well() {
        Cli::command().debug_assert();
    }
}
