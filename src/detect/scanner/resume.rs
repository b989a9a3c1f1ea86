//! From where each matcher may look, while a text is read.

/// From where each matcher may look; few are ever asked in one text.
#[derive(Default)]
pub(super) struct Resume {
    /// Nobody may look before it.
    pub(super) floor: usize,
    /// The first few, and how many these are; then the others.
    few: [(u32, usize); FEW],
    len: usize,
    more: Vec<(u32, usize)>,
}

/// As many as are asked in most texts: no memory is allocated for them.
const FEW: usize = 16;

impl Resume {
    /// Everybody may look from the beginning.
    pub(super) fn clear(&mut self) {
        (self.floor, self.len) = (0, 0);
        self.more.clear();
    }

    pub(super) fn of(&self, matcher: u32) -> usize {
        let asked = self.few[..self.len].iter().chain(&self.more);
        let own = asked.into_iter().find(|(index, _)| *index == matcher).map_or(0, |(_, at)| *at);
        own.max(self.floor)
    }

    pub(super) fn set(&mut self, matcher: u32, at: usize) {
        let mut asked = self.few[..self.len].iter_mut().chain(&mut self.more);
        if let Some((_, resume)) = asked.find(|(index, _)| *index == matcher) {
            *resume = (*resume).max(at);
        } else if self.len < FEW {
            self.few[self.len] = (matcher, at);
            self.len += 1;
        } else {
            self.more.push((matcher, at));
        }
    }
}
