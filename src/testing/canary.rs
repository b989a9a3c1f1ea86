//! Known secrets, and where they are seen again.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::fmt;

use memchr::memmem::Finder;

use super::encoding::{Encoding, SHORTEST, compare, fold, readings};

/// A known secret: a string that a test puts in, and that must not come out.
///
/// Take a value that occurs nowhere else. Its name, not its value, appears in reports and in `Debug`.
///
/// ```
/// use tracing_privacy::testing::Canary;
/// let canary = Canary::named("password", "hunter2-canary-9f3a");
/// assert_eq!(format!("{canary:?}"), "Canary(password)");
/// ```
#[derive(Clone)]
pub struct Canary {
    name: Option<Cow<'static, str>>,
    value: String,
}

impl Canary {
    /// The fewest characters that a canary may have, separators (white space and any of `-._+()`) not counted; with
    /// fewer, chance hits would be reported.
    pub const MIN_LEN: usize = SHORTEST;

    /// A canary that reports call by its position in the list: `#1`.
    pub fn new(value: impl Into<String>) -> Self {
        Self { name: None, value: value.into() }
    }

    /// A canary that reports call by that name.
    pub fn named(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self { name: Some(name.into()), value: value.into() }
    }
}

impl From<&str> for Canary {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Canary {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<(&'static str, &str)> for Canary {
    fn from((name, value): (&'static str, &str)) -> Self {
        Self::named(name, value)
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canary({})", self.name.as_deref().unwrap_or("unnamed"))
    }
}

/// A list of canaries, ready to be searched for in any output, in every [`Encoding`] and in encodings inside encodings.
///
/// ```
/// use tracing_privacy::testing::{Canaries, Encoding};
///
/// let canaries = Canaries::new(["hunter2-canary-9f3a", "4111-1111-1111-1111"]);
/// assert!(canaries.find(b"all is well").is_empty());
///
/// let seen = canaries.find(b"card: NDExMTExMTExMTExMTExMQ==");
/// assert_eq!(seen[0].canary(), "#2");
/// assert_eq!(seen[0].encodings(), [Encoding::Base64, Encoding::Separated]);
/// ```
#[derive(Clone)]
pub struct Canaries {
    planted: Vec<Planted>,
}

#[derive(Clone)]
struct Planted {
    name: Cow<'static, str>,
    value: Vec<u8>,
    folded: Finder<'static>,
}

/// How many encodings, one inside the other, are undone.
const DEPTH: usize = 6;
/// How many of them may be binary ones: each gives several readings, so their number bounds the work.
const BINARY_DEPTH: usize = 2;

impl Canaries {
    /// Canaries of these values, or of these `(name, value)` pairs.
    ///
    /// # Panics
    ///
    /// If there is none, if one is shorter than [`Canary::MIN_LEN`], or if a name holds a canary: a test with such a
    /// list proves nothing.
    #[track_caller]
    pub fn new<C: Into<Canary>>(canaries: impl IntoIterator<Item = C>) -> Self {
        let mut planted = Vec::new();
        for (index, canary) in canaries.into_iter().enumerate() {
            let Canary { name, value } = canary.into();
            let name = name.unwrap_or_else(|| format!("#{}", index + 1).into());
            let folded = fold(value.as_bytes());
            let counted = String::from_utf8_lossy(&folded).chars().count();
            assert!(
                counted >= Canary::MIN_LEN,
                "canary #{} is too short: {counted} characters without separators, but fewer than {} would be found by \
                 chance; make it longer",
                index + 1,
                Canary::MIN_LEN,
            );
            planted.push(Planted { name, value: value.into_bytes(), folded: Finder::new(&folded).into_owned() });
        }
        assert!(!planted.is_empty(), "no canaries: a search for nothing finds nothing; name at least one");
        let canaries = Self { planted };
        for (index, planted) in canaries.planted.iter().enumerate() {
            assert!(
                canaries.find(planted.name.as_bytes()).is_empty(),
                "the name of canary #{} holds a canary, but names appear in reports; choose another",
                index + 1,
            );
        }
        canaries
    }

    /// Which canaries stand in `output`, each once, with the encoding that takes the least to undo.
    ///
    /// The work is linear in the length of `output`, except where the output is itself encoded several times over.
    pub fn find(&self, output: &[u8]) -> Vec<Sighting> {
        let mut missing: Vec<&Planted> = self.planted.iter().collect();
        let mut sightings = Vec::new();
        let mut seen = HashSet::new();
        let mut readings_to_search = VecDeque::from([(Vec::new(), Cow::Borrowed(output))]);
        while let Some((undone, text)) = readings_to_search.pop_front() {
            let folded = fold(&text);
            missing.retain(|planted| {
                let found = planted.folded.find(&folded).is_some();
                if found {
                    sightings.push(planted.seen(&undone, &text));
                }
                !found
            });
            if missing.is_empty() {
                break;
            }
            let binary = undone.iter().filter(|encoding: &&Encoding| encoding.is_binary()).count();
            if undone.len() == DEPTH {
                continue;
            }
            for (encoding, reading) in readings(&text) {
                if encoding.is_binary() && binary == BINARY_DEPTH || !seen.insert(reading.clone()) {
                    continue;
                }
                let mut undone = undone.clone();
                undone.push(encoding);
                readings_to_search.push_back((undone, Cow::Owned(reading)));
            }
        }
        sightings
    }

    /// `text`, or a note in its place where it holds a canary: for reports, which never show one.
    pub(super) fn safe<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.find(text.as_bytes()).is_empty() { text.into() } else { "(withheld, it holds a canary)".into() }
    }
}

impl fmt::Debug for Canaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.planted.iter().map(|planted| &planted.name)).finish()
    }
}

impl Planted {
    fn seen(&self, undone: &[Encoding], text: &[u8]) -> Sighting {
        let last = compare(text, &self.value);
        let mut encodings = undone.to_vec();
        if encodings.is_empty() || last != Encoding::Plain {
            encodings.push(last);
        }
        Sighting { canary: self.name.clone(), encodings }
    }
}

/// A canary was seen in an output. It names the canary and how it was encoded, and holds nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    canary: Cow<'static, str>,
    encodings: Vec<Encoding>,
}

impl Sighting {
    /// The canary's name.
    pub fn canary(&self) -> &str {
        &self.canary
    }

    /// How it was encoded, the outermost first; never empty.
    pub fn encodings(&self) -> &[Encoding] {
        &self.encodings
    }

    /// The encodings in words: `base64, separators changed`.
    pub(super) fn in_words(&self) -> String {
        self.encodings.iter().map(|encoding| encoding.name()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "canary `{}` ({})", self.canary, self.in_words())
    }
}

/// Asserts that no canary stands in `output`: a file, a response body, what a process wrote.
///
/// ```
/// use tracing_privacy::testing::{Canaries, assert_no_canary};
/// let canaries = Canaries::new(["hunter2-canary-9f3a"]);
/// assert_no_canary("password=[redacted:credential]", &canaries);
/// ```
///
/// # Panics
///
/// If one does. The message names the canaries and their encodings, and shows nothing of the output.
#[track_caller]
pub fn assert_no_canary(output: impl AsRef<[u8]>, canaries: &Canaries) {
    let sightings = canaries.find(output.as_ref());
    if !sightings.is_empty() {
        let list: Vec<String> = sightings.iter().map(Sighting::to_string).collect();
        panic!("the output holds {}", list.join(" and "));
    }
}
