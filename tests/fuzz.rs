//! The checks of the fuzz targets, for a moment: on the seeds, on what once failed, and on random changes of them.

#[path = "fuzz/checks.rs"]
mod checks;

use std::cell::Cell;
use std::fs;
use std::panic::{set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

/// How many changed inputs each target gets.
const CHANGED: usize = 300;

#[test]
fn json() {
    run("json", checks::json);
}

#[test]
fn debug() {
    run("debug", checks::debug_output);
}

#[test]
fn pairs() {
    run("pairs", checks::pairs);
}

#[test]
fn lines() {
    run("lines", checks::lines);
}

#[test]
fn forms() {
    run("forms", checks::forms);
}

#[test]
fn rules() {
    run("rules", checks::rules);
}

/// Documents, lists and pairs end in the middle, where logs are cut.
#[test]
fn texts_that_are_cut_off() {
    /// What may be the last that is left.
    const BEGUN: [&str; 6] = ["full_name=", "cookie: ", "--password ", "\"token\":\"", "('api_key', ", "phone=\\\""];
    let texts =
        [include_str!("data/documents.toml"), include_str!("data/masking.toml"), include_str!("data/disguises.toml")];
    let lines = texts.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    let check = seeing_panics(checks::any);
    for line in lines {
        (1..=line.len()).for_each(|cut| check(&line.as_bytes()[..cut]));
        BEGUN.iter().for_each(|begun| check(format!("{line} {begun}").as_bytes()));
    }
}

thread_local! {
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// Sees to it that panics are counted, those too that the library catches: it masks the value, so nothing else tells of them. A
/// fuzzer ends at each anyway.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = take_hook();
        set_hook(Box::new(move |panic| {
            PANICS.set(PANICS.get() + 1);
            tell(panic);
        }));
    });
}

/// The check, which fails where the library caught a panic.
fn seeing_panics(check: fn(&[u8])) -> impl Fn(&[u8]) {
    count_panics();
    move |input| {
        check(input);
        assert_eq!(PANICS.get(), 0, "a panic was caught for {:?}", String::from_utf8_lossy(input));
    }
}

fn run(target: &str, check: fn(&[u8])) {
    let check = seeing_panics(check);
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "no seeds for {target}");
    seeds.iter().for_each(|seed| check(seed));
    let mut random = Random(0x5eed);
    for _ in 0..CHANGED {
        let mut input = seeds[random.below(seeds.len())].clone();
        let other = &seeds[random.below(seeds.len())];
        for _ in 0..=random.below(4) {
            change(&mut input, other, &mut random);
        }
        check(&input);
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder of seeds").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a readable seed")).collect()
}

/// Cuts, doubles, overwrites, or joins with another seed.
fn change(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    const TELLING: &[u8] = b"\"'\\{}[](),:=&;% \n\t@-+.0\xff";
    let at = random.below(input.len() + 1);
    match random.below(5) {
        0 => input.truncate(at),
        1 => input.insert(at, TELLING[random.below(TELLING.len())]),
        2 => input.insert(at, random.next() as u8),
        3 => drop(input.splice(at..at, other.iter().copied().skip(random.below(other.len() + 1)))),
        _ => {
            let tail = input.split_off(at);
            input.extend_from_slice(&tail[tail.len() / 2..]);
        }
    }
    input.truncate(4096);
}

/// Xorshift; the same on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
