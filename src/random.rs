//! Numbers for tests that try many texts.

/// Numbers below a limit, the same in each run: Marsaglia's xorshift ("Xorshift RNGs", Journal of Statistical Software 8, 2003). The
/// seed is not 0.
pub(crate) fn random(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 16) as usize % below
    }
}
