//! Addresses of wallets in Base58Check: Bitcoin (`1…`, `3…`), Litecoin (`L…`), Dogecoin (`D…`).
//!
//! Source: as in the validator. The checksum of four bytes is so sure that an address counts where it is glued to other text
//! on its right, too; without it, one of Bitcoin counts by its form, where it stands alone.

use super::anchor::Anchor;
use super::around::{word_after, word_before};
use super::validator::base58;
use super::{Detector, Probe, Verdict};

/// Finds the whole address.
pub(crate) static DETECTOR: Detector =
    Detector { name: "base58_address", anchors: &[Anchor::Word("[13DL][1-9A-HJ-NP-Za-km-z]{7}")], find, number: None };

/// What the anchor shows of it.
const HEAD: usize = 8;
const SHORTEST: usize = 25;
const LONGEST: usize = 35;

/// Reads at most a fixed number of bytes.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let start = anchor_end - HEAD;
    let run = text[start..].iter().take(LONGEST).take_while(|&&b| base58::is_letter(b)).count();
    if run < SHORTEST {
        return Verdict::Nothing { resume: anchor_end };
    }
    let alone = |len: &usize| !word_after(text, start + len) && base58::is_well_formed(&text[start..start + len]);
    let found = (SHORTEST..=run).rev().find(|&len| base58::check(&text[start..start + len]));
    let found = found.or_else(|| Some(run).filter(alone));
    match found.filter(|_| start >= floor && !word_before(text, start)) {
        Some(len) => Verdict::Found(start..start + len),
        None => Verdict::Nothing { resume: anchor_end },
    }
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_published_addresses() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧",
                "to=⟦3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy⟧&x",
                "⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧t",
                "(⟦DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L⟧).",
                "mistyped ⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb⟧, sent back",
            ],
        );
    }

    #[test]
    fn ignores_what_only_looks_like_one() {
        assert_ignores(
            &DETECTOR,
            &[
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb0",
                "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7M",
                "x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                "1111111111111111111111111111111111",
                "3d2f1a9b8c7d6e5f4a3b2c1d9e8f7a6b5c4d3e2f",
            ],
        );
    }
}
