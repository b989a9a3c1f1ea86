//! Times: UTC, in whole microseconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Error;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// A day without leap seconds, which UTC in databases has none of.
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A time in UTC, in microseconds since 1970.
///
/// ```
/// use tracing_privacy_audit::Timestamp;
///
/// let time: Timestamp = "2026-11-22T05:55:32.000017Z".parse()?;
/// assert_eq!(time.as_micros(), 1_795_326_932_000_017);
/// assert_eq!(time.to_string(), "2026-11-22T05:55:32.000017Z");
/// # Ok::<(), tracing_privacy_audit::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Now, by the clock of this machine.
    pub fn now() -> Self {
        Self::from_time(OffsetDateTime::now_utc())
    }

    /// A time from microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This time, that many microseconds later (earlier, if negative).
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The time that many calendar months earlier; a day that the month lacks becomes its last.
    pub fn months_before(self, months: u16) -> Self {
        let Some(time) = self.time() else { return self };
        let months_since_zero = i64::from(time.year()) * 12 + i64::from(u8::from(time.month())) - 1 - i64::from(months);
        let (Ok(year), Ok(month)) =
            (i32::try_from(months_since_zero.div_euclid(12)), u8::try_from(months_since_zero.rem_euclid(12) + 1))
        else {
            return self;
        };
        let Ok(month) = time::Month::try_from(month) else { return self };
        let day = time.day().min(month.length(year));
        time::Date::from_calendar_date(year, month, day).map_or(self, |date| Self::from_time(time.replace_date(date)))
    }

    /// When the calendar month of this time begins.
    pub(crate) fn month_start(self) -> Self {
        let start = self.time().and_then(|time| time.replace_day(1).ok());
        start.map_or(self, |time| Self::from_time(time.replace_time(time::Time::MIDNIGHT)))
    }

    /// Year and month, as `2026_11`: partitions are called by it.
    #[cfg(any(test, feature = "postgres"))]
    pub(crate) fn month_name(self) -> String {
        self.time().map_or_else(String::new, |time| format!("{:04}_{:02}", time.year(), u8::from(time.month())))
    }

    fn time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).ok()
    }

    fn from_time(time: OffsetDateTime) -> Self {
        let micros = i64::from(time.microsecond());
        Self(time.unix_timestamp().saturating_mul(MICROS_PER_SECOND).saturating_add(micros))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.time() else { return write!(f, "{} µs", self.0) };
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.microsecond()
        )
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339, with any offset.
    fn from_str(text: &str) -> Result<Self, Error> {
        let time = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| Error::usage("not a time as RFC 3339 writes it, such as 2026-11-22T05:55:32Z"))?;
        Ok(Self::from_time(time.to_offset(time::UtcOffset::UTC)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("not a time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn text_and_back() {
        for text in ["1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000000Z", "2028-02-29T12:30:00.000001Z"] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(at("2026-11-22T07:55:32+02:00"), at("2026-11-22T05:55:32Z"));
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        assert_eq!(at("2027-02-28T01:00:00Z").months_before(12), at("2026-02-28T01:00:00Z"));
        assert_eq!(at("2027-03-31T01:00:00Z").months_before(1), at("2027-02-28T01:00:00Z"));
        assert_eq!(at("2027-01-31T01:00:00Z").months_before(84), at("2020-01-31T01:00:00Z"));
        assert_eq!(at("2027-03-31T01:00:00Z").month_start(), at("2027-03-01T00:00:00Z"));
        assert_eq!(at("2027-03-31T01:00:00Z").month_name(), "2027_03");
    }

    #[test]
    fn no_number_of_microseconds_panics() {
        for micros in [i64::MIN, i64::MAX] {
            let time = Timestamp::from_micros(micros);
            let _ = (time.to_string(), time.months_before(84), time.month_start(), time.month_name());
        }
    }
}
