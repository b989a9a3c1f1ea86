//! `completions` and `man`: what shells and manuals know of the command.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::Cli;
use crate::outcome::trouble;

/// The name of the program.
const NAME: &str = "tracing-privacy";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tracing-privacy completions bash > ~/.local/share/bash-completion/completions/tracing-privacy
  tracing-privacy completions zsh > ~/.zfunc/_tracing-privacy
  tracing-privacy completions fish > ~/.config/fish/completions/tracing-privacy.fish

Exit status:
  0  they were printed
  2  they could not be, or the usage was wrong";

const MAN_EXAMPLES: &str = "\
Examples:
  tracing-privacy man | man -l -
  tracing-privacy man --output ~/.local/share/man/man1

Exit status:
  0  the pages were written
  2  they could not be, or the usage was wrong";

/// Prints completions for a shell
#[derive(clap::Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the manual page
#[derive(clap::Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// Folder to write the pages of all commands to, instead
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Completions {
    pub(crate) fn run(&self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), NAME, &mut script);
        printed(&script)
    }
}

impl Man {
    pub(crate) fn run(&self) -> ExitCode {
        match &self.output {
            Some(folder) => match clap_mangen::generate_to(Cli::command(), folder) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => trouble(folder.display(), &error),
            },
            None => {
                let mut page = Vec::new();
                match clap_mangen::Man::new(Cli::command()).render(&mut page) {
                    Ok(()) => printed(&page),
                    Err(error) => trouble("standard output", &error),
                }
            }
        }
    }
}

fn printed(text: &[u8]) -> ExitCode {
    match io::stdout().write_all(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => trouble("standard output", &error),
    }
}
