//! Asking before what cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::failure::Failure;

#[derive(clap::Args)]
pub(crate) struct Confirm {
    /// Does it without asking; needed where nobody can be asked
    #[arg(long)]
    yes: bool,
}

impl Confirm {
    /// Goes on if `--yes` was given, or if a person at the terminal types the word.
    pub(crate) fn ask(&self, what: &str, word: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::Refused(format!("{what}, which cannot be undone: give --yes")));
        }
        let _ = write!(io::stderr(), "{what}, which cannot be undone. Type `{word}` to go on: ");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(Failure::at("standard input"))?;
        match answer.trim() == word {
            true => Ok(()),
            false => Err(Failure::Refused("nothing was done".to_owned())),
        }
    }
}
