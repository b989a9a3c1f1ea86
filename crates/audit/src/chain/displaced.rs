//! Links whose hash does not fit their place: were they changed, or do they stand where another belongs?

use super::link::Link;

/// How many such links are compared with each other; of more, each counts as changed.
const MAX: usize = 64;

/// A link whose hash is not that of its content after its predecessor.
pub(super) struct Suspect {
    pub(super) link: Link,
    /// The hash that stands before it.
    pub(super) previous: Vec<u8>,
}

/// What is to be said of a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was changed.
    Changed,
    /// It stands in the place of another.
    Displaced,
    /// It is as it was; only the link before it is not.
    Intact,
}

/// Tries each suspect in the places of the others.
pub(super) fn judge(suspects: &[Suspect]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Changed; suspects.len()];
    if suspects.len() > MAX {
        return verdicts;
    }
    for (here, suspect) in suspects.iter().enumerate() {
        for (there, place) in suspects.iter().enumerate().filter(|(there, _)| *there != here) {
            // Moved there from here with its hash, or without it.
            let hash = suspect.link.content.hash(&place.previous, place.link.position);
            if hash[..] == suspect.link.hash || hash[..] == place.link.hash {
                (verdicts[here], verdicts[there]) = (Verdict::Displaced, Verdict::Displaced);
            }
        }
    }
    for here in 0..suspects.len() {
        let Link { position, content, hash } = &suspects[here].link;
        let after = |previous: &[u8]| content.hash(previous, *position)[..] == *hash;
        // After a link that was moved away, or after what the hash of its predecessor must have been.
        let follows = |other: &Suspect| {
            after(&other.link.hash) || after(&other.link.content.hash(&other.previous, other.link.position))
        };
        if verdicts[here] == Verdict::Changed && suspects.iter().any(follows) {
            verdicts[here] = Verdict::Intact;
        }
    }
    verdicts
}
