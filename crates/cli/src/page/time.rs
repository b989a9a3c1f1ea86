//! When a line was logged.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// What programs call the time of a line.
const KEYS: [&str; 9] = ["timestamp", "time", "@timestamp", "ts", "t", "datetime", "date", "eventTime", "asctime"];

/// The time of a line of JSON, in seconds since 1970.
pub(super) fn of_json(line: &Value) -> Option<i64> {
    KEYS.iter().filter_map(|key| line.get(key)).find_map(|value| match value {
        Value::String(text) => of_text(text.as_bytes()),
        Value::Number(number) => number.as_f64().and_then(of_number),
        _ => None,
    })
}

/// The time that a text begins with, be it in brackets: RFC 3339, with a blank for `T`, and UTC where it names no zone.
pub(super) fn of_text(line: &[u8]) -> Option<i64> {
    let line = line.strip_prefix(b"[").or(line.strip_prefix(b"<")).unwrap_or(line);
    // The longest has nanoseconds and a zone.
    let head = &line[..line.len().min(40)];
    if !head.first()?.is_ascii_digit() {
        return None;
    }
    let is_date = |at: usize| head.get(at).is_some_and(|byte| matches!(byte, b'-' | b'/'));
    if !(is_date(4) && is_date(7)) {
        return None;
    }
    let is_zone_sign = |at: usize| at > 10 && matches!(head[at], b'+' | b'-');
    let end = (0..head.len())
        .find(|at| match head[*at] {
            b'0'..=b'9' | b':' | b'.' | b',' => false,
            b'-' | b'/' => *at > 7 && !is_zone_sign(*at),
            b'T' | b't' | b' ' => *at != 10,
            b'+' => false,
            _ => true,
        })
        .unwrap_or(head.len());
    let is_utc = head.get(end).is_some_and(|byte| matches!(byte, b'Z' | b'z'));
    let text = str::from_utf8(&head[..end]).ok()?.replace(',', ".").replace('/', "-");
    let text = text.trim_end_matches(['.', ':', '-', '+']);
    let with_zone = if is_utc { format!("{text}Z") } else { text.to_owned() };
    let zoned = with_zone.parse::<Timestamp>().ok();
    let civil = || text.parse::<DateTime>().ok().and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    zoned.or_else(civil).map(Timestamp::as_second)
}

/// A number of seconds, milliseconds, microseconds or nanoseconds since 1970, by its size.
fn of_number(number: f64) -> Option<i64> {
    /// A number of seconds beyond this, in the year 5138, is one of milliseconds; and so on.
    const MOST: f64 = 1e11;
    let unit = [1.0, 1e3, 1e6, 1e9].into_iter().find(|unit| number / unit < MOST)?;
    (number > 0.0).then_some((number / unit) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_the_start_of_lines_are_read() {
        for line in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.123456Z  INFO shop: x",
            "2026-01-02 03:04:05,123 INFO x",
            "2026-01-02 03:04:05 - x",
            "2026/01/02 03:04:05 [error] 12#0: x",
            "[2026-01-02T03:04:05Z INFO  shop] x",
            "[2026-01-02 03:04:05] x",
            "2026-01-02T05:04:05+02:00 x",
            "2026-01-02T01:04:05.5-02:00 x",
            "2026-01-02 03:04:05: x",
        ] {
            assert_eq!(of_text(line.as_bytes()), Some(1_767_323_045), "{line}");
        }
        for line in
            ["", "x 2026-01-02T03:04:05Z", "2026", "20260102030405", "12-34", "2026-99-99T03:04:05Z", "1234-ab-cd"]
        {
            assert_eq!(of_text(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn times_of_json_are_read_under_their_usual_keys() {
        for line in [
            r#"{"timestamp":"2026-01-02T03:04:05Z"}"#,
            r#"{"ts":1767323045}"#,
            r#"{"time":1767323045123}"#,
            r#"{"t":1767323045.25}"#,
            r#"{"date":"no date","ts":1767323045123456789}"#,
            r#"{"@timestamp":"2026-01-02T03:04:05.000+00:00"}"#,
        ] {
            assert_eq!(of_json(&serde_json::from_str(line).unwrap()), Some(1_767_323_045), "{line}");
        }
        for line in ["{}", "[]", r#"{"ts":-1}"#, r#"{"ts":1e300}"#, r#"{"time":{"x":1}}"#] {
            assert_eq!(of_json(&serde_json::from_str(line).unwrap()), None, "{line}");
        }
    }
}
