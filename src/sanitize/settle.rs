//! Which rule masks a value that several found.

use std::cmp::Reverse;

use super::edits::Candidate;
use crate::mask::Reveals;
use crate::policy::Compiled;

/// Makes one of candidates that overlap, of those from `from` on: the union is masked, by the rule that shows less. They are in the
/// order of the text then.
pub(super) fn settle(policy: &Compiled, candidates: &mut Vec<Candidate>, from: usize) {
    candidates[from..].sort_by(|a, b| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end)));
    let mut end = from;
    for next in from..candidates.len() {
        let (settled, rest) = candidates.split_at_mut(end);
        match settled[from..].last_mut() {
            Some(last) if rest[next - end].range.start < last.range.end => {
                *last = unite(policy, last, &rest[next - end]);
            }
            _ => {
                candidates.swap(end, next);
                end += 1;
            }
        }
    }
    candidates.truncate(end);
}

fn unite(policy: &Compiled, a: &Candidate, b: &Candidate) -> Candidate {
    let hides = |c: &Candidate| c.erase || policy.rule(c.rule).chain.reveals() == Reveals::Nothing;
    let range = a.range.start.min(b.range.start)..a.range.end.max(b.range.end);
    let covers = |c: &Candidate| c.range == range;
    // A key says what a value is; a detector only what it looks like.
    let decides = |c: &Candidate, other: &Candidate| covers(c) && (c.key.is_some() && other.key.is_none());
    for (one, other) in [(a, b), (b, a)] {
        // The same finding twice: in the raw text and in the decoded one.
        let same = covers(one) && one.rule == other.rule && !other.erase;
        if same || decides(one, other) || covers(one) && hides(one) {
            return one.clone();
        }
    }
    if a.range == b.range && !a.erase && !b.erase {
        // Two rules for one and the same value, and each shows parts: only one of them writes, so either is safe.
        let strictness = |c: &Candidate| (policy.rule(c.rule).class, Reverse(c.rule));
        return if strictness(b) > strictness(a) { b.clone() } else { a.clone() };
    }
    let winner = if hides(b) && !hides(a) { b } else { a };
    Candidate { range, erase: true, ..winner.clone() }
}
