//! A length of time as a rules file writes it: `30m`, `72h`, `7d`.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;

use super::fault::HINT;

const UNITS: [(char, u64); 4] = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// A length as it would be written: in the largest unit that leaves no rest.
pub(crate) fn written(length: Duration) -> String {
    let seconds = length.as_secs();
    let unit = UNITS.iter().find(|(_, unit)| seconds.is_multiple_of(*unit) && seconds >= *unit);
    unit.map_or_else(|| format!("{seconds}s"), |(name, unit)| format!("{}{name}", seconds / unit))
}

fn read(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let &(_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

/// For `#[serde(with)]`: an optional length.
pub(super) mod option {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(length: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match length {
            Some(length) => serializer.serialize_str(&written(*length)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        deserializer.deserialize_str(LengthVisitor).map(Some)
    }
}

struct LengthVisitor;

impl Visitor<'_> for LengthVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length of time such as \"72h\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        read(text).ok_or_else(|| {
            E::custom(format_args!("this is not a length of time{HINT}write a whole number and d, h, m or s: \"72h\""))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("30m", 1800), ("72h", 259_200), ("7d", 604_800)] {
            assert_eq!(read(text), Some(Duration::from_secs(seconds)), "{text}");
            assert_eq!(read(&written(Duration::from_secs(seconds))), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(written(Duration::from_secs(259_200)), "3d");
    }

    #[test]
    fn nothing_else_is_read() {
        for text in
            ["", "h", "72", "-1h", "+1h", "1.5h", "1 h", "1w", "99999999999999999999h", "999999999999999999d", "1é"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
