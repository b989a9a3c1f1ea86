//! How lines are read and worked on; the same for every command that reads logs.

use std::num::NonZeroUsize;

use crate::blocks::BLOCK;
use crate::steps::Cut;

#[derive(clap::Args)]
pub(crate) struct Work {
    /// Longest line that is looked at
    #[arg(long, value_name = "MIB", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    max_line: u16,

    /// How many threads work; as many as there are processors, if not said
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

impl Work {
    /// How the inputs are cut.
    pub(crate) fn cut(&self) -> Cut {
        Cut { limit: usize::from(self.max_line) * 1024 * 1024, block: BLOCK }
    }

    /// The longest line, in MiB, for messages.
    pub(crate) fn max_line(&self) -> u16 {
        self.max_line
    }

    pub(crate) fn jobs(&self) -> NonZeroUsize {
        self.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}
