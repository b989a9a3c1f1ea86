//! Counts over time, in steps that grow with the time that they span.

use std::collections::BTreeMap;

use crate::trail::sums::Counts;

/// Lengths of steps, in seconds; each is a multiple of the one before it.
const STEPS: [i64; 11] = [1, 10, 60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_419_200, 31_449_600];
/// More steps than this are joined into longer ones.
const MOST: usize = 2_000;

/// Counts by time and name.
#[derive(Clone, Default)]
pub(super) struct Series {
    /// Which of [`STEPS`].
    step: usize,
    /// By the number of the step since 1970.
    counts: BTreeMap<i64, Counts>,
}

/// A step of a series as it is shown.
pub(super) struct Bar {
    /// In seconds since 1970.
    pub(super) start: i64,
    pub(super) counts: Counts,
}

impl Series {
    pub(super) fn add(&mut self, second: i64, name: &str, count: u64) {
        self.counts.entry(second.div_euclid(STEPS[self.step])).or_default().add(name, count);
        while self.counts.len() > MOST && self.step + 1 < STEPS.len() {
            self.coarsen(self.step + 1);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.coarsen(self.step.max(other.step));
        let factor = STEPS[self.step] / STEPS[other.step];
        for (number, counts) in &other.counts {
            self.counts.entry(number.div_euclid(factor)).or_default().merge(counts);
        }
        while self.counts.len() > MOST && self.step + 1 < STEPS.len() {
            self.coarsen(self.step + 1);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// At most so many bars, from the first to the last without gaps, and the length of each in seconds.
    pub(super) fn bars(&self, most: i64) -> (Vec<Bar>, i64) {
        let (Some((first, _)), Some((last, _))) = (self.counts.first_key_value(), self.counts.last_key_value()) else {
            return (Vec::new(), STEPS[self.step]);
        };
        let own = STEPS[self.step];
        let (from, to) = (first * own, last * own);
        let count = |length: i64| to.div_euclid(length) - from.div_euclid(length) + 1;
        let fits = STEPS[self.step..].iter().copied().find(|length| count(*length) <= most);
        let longest = STEPS[STEPS.len() - 1];
        let length = fits.unwrap_or_else(|| longest * ((to - from) / longest / (most - 1).max(1) + 1));
        let first = from.div_euclid(length);
        let mut bars: Vec<Bar> = (first..first + count(length))
            .map(|number| Bar { start: number * length, counts: Counts::default() })
            .collect();
        for (number, counts) in &self.counts {
            let at = (number * own).div_euclid(length) - first;
            if let Some(bar) = usize::try_from(at).ok().and_then(|at| bars.get_mut(at)) {
                bar.counts.merge(counts);
            }
        }
        (bars, length)
    }

    fn coarsen(&mut self, step: usize) {
        let factor = STEPS[step] / STEPS[self.step];
        if factor > 1 {
            for (number, counts) in std::mem::take(&mut self.counts) {
                self.counts.entry(number.div_euclid(factor)).or_default().merge(&counts);
            }
            self.step = step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_a_multiple_of_the_one_before() {
        assert!(STEPS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn nothing_is_lost_however_long_the_time_is() {
        let extremes = [-377_705_023_201, -1, 0, 59, 60, 1_767_000_000, 253_402_207_200];
        for most in [2, 10, 60] {
            let mut series = Series::default();
            extremes.iter().for_each(|second| series.add(*second, "a", 1));
            let (bars, length) = series.bars(most);
            assert!(bars.len() as i64 <= most, "{} of {most}", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.counts.sum()).sum::<u64>(), extremes.len() as u64);
            assert!(bars.windows(2).all(|pair| pair[1].start - pair[0].start == length));
        }
    }

    #[test]
    fn series_of_different_steps_are_merged() {
        let (mut fine, mut coarse) = (Series::default(), Series::default());
        fine.add(3_601, "a", 2);
        (0..10_000).for_each(|n| coarse.add(n * 100, "b", 1));
        assert!(coarse.counts.len() <= MOST && coarse.step > fine.step);
        fine.merge(&coarse);
        let (bars, _) = fine.bars(1_000);
        assert_eq!(bars.iter().map(|bar| bar.counts.sum()).sum::<u64>(), 10_002);
        assert_eq!(bars.iter().filter(|bar| bar.counts.sorted().contains(&("a", 2))).count(), 1);
    }

    #[test]
    fn a_single_time_is_one_bar() {
        let mut series = Series::default();
        series.add(61, "a", 3);
        let (bars, length) = series.bars(60);
        assert_eq!((bars.len(), bars[0].start, length), (1, 61, 1));
        assert!(Series::default().bars(60).0.is_empty());
    }
}
