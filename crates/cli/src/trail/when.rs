//! Times as a person writes them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Reads a time: with or without a zone (then it is UTC), a date, or a span before now.
pub(super) fn parse(text: &str) -> Result<Timestamp, String> {
    const HOW: &str = "write 2026-01-31, 2026-01-31T12:00:00Z, or 2h, 7d for a time ago";
    let in_utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
    let ago = |span: Span| {
        let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
        Timestamp::now().checked_sub(length.abs()).ok()
    };
    let time = (text.parse::<Timestamp>().ok())
        .or_else(|| text.parse::<DateTime>().ok().and_then(in_utc))
        .or_else(|| text.parse::<Date>().ok().and_then(|date| in_utc(date.into())))
        .or_else(|| text.parse::<Span>().ok().and_then(ago));
    time.ok_or_else(|| HOW.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let at = |text| parse(text).unwrap().to_string();
        assert_eq!(at("2026-01-31"), "2026-01-31T00:00:00Z");
        assert_eq!(at("2026-01-31T12:30:00"), "2026-01-31T12:30:00Z");
        assert_eq!(at("2026-01-31 12:30"), "2026-01-31T12:30:00Z");
        assert_eq!(at("2026-01-31T12:00:00+02:00"), "2026-01-31T10:00:00Z");
        for (ago, seconds) in [("2h", 7_200), ("7d", 604_800), ("90 minutes", 5_400)] {
            let passed = Timestamp::now().as_second() - parse(ago).unwrap().as_second();
            assert!((seconds..seconds + 10).contains(&passed), "{ago}: {passed}");
        }
        for wrong in ["", "yesterday", "2026-13-01", "12"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
