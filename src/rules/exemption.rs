//! `[[exemption]]`: a permission to see more, for a time.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize, Serializer};
use toml::Spanned;
use toml::value::{Date, Datetime, Offset, Time};

use super::fault::HINT;

/// One exemption.
#[derive(Debug, DeriveDeserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = super::json_schema::field_or_pattern))]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct ExemptionRule {
    /// A key, written as in the inventory.
    #[cfg_attr(test, schemars(with = "Option<super::json_schema::KeyPattern>"))]
    pub(crate) field: Option<Spanned<String>>,
    /// The name of a pattern.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) pattern: Option<Spanned<String>>,
    /// The target of the events and spans that it is for.
    #[cfg_attr(test, schemars(with = "super::json_schema::Target"))]
    pub(crate) target: Spanned<String>,
    /// Why; it is logged.
    #[cfg_attr(test, schemars(with = "super::json_schema::Word"))]
    pub(crate) reason: Spanned<String>,
    /// When it ends: date, time and offset.
    #[cfg_attr(test, schemars(with = "Moment"))]
    pub(crate) expires: Spanned<Moment>,
}

/// A point in time, written as a date with a time and an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) SystemTime);

/// How `from_toml` knows that a date is asked for.
pub(super) const MOMENT: &str = "tracing_privacy::Moment";

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => serializer.serialize_u128(after.as_nanos()),
            Err(_) => serializer.serialize_u128(0),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MOMENT, MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date and time such as 2026-12-01T12:00:00Z")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        let form = "write date, time and offset: 2026-12-01T12:00:00Z";
        match text.parse::<Datetime>() {
            Ok(Datetime { date: Some(date), time: Some(time), offset: Some(offset) }) => moment(date, time, offset)
                .ok_or_else(|| E::custom(format_args!("this is no moment after 1970{HINT}{form}"))),
            Ok(Datetime { date: Some(_), time: Some(_), offset: None }) => Err(E::custom(format_args!(
                "this time has no offset, so that it means another moment in every time zone{HINT}write Z behind it for UTC, \
                 or an offset such as +02:00"
            ))),
            _ => Err(E::custom(format_args!("this is not a moment{HINT}{form}"))),
        }
    }
}

fn moment(date: Date, time: Time, offset: Offset) -> Option<Moment> {
    let east = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let of_day = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
    let seconds = days_since_1970(i64::from(date.year), i64::from(date.month), i64::from(date.day)) * 86_400;
    let seconds = u64::try_from(seconds + of_day - east * 60).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, time.nanosecond.unwrap_or(0))).map(Moment)
}

/// By the proleptic Gregorian calendar; years are counted from March, so that the leap day is the last one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn read(text: &str) -> Result<u64, String> {
        let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
        let read = deserializer.deserialize_str(MomentVisitor).map_err(|error| error.to_string())?;
        Ok(read.0.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs())
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        let known = [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2026-12-01T12:00:00Z", 1_796_126_400),
            ("2026-12-01T14:00:00+02:00", 1_796_126_400),
            ("2026-12-01 04:30:00-07:30", 1_796_126_400),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ];
        for (text, seconds) in known {
            assert_eq!(read(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let lengths = |year: i64| {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        };
        let mut expected = days_since_1970(1970, 1, 1);
        assert_eq!(expected, 0);
        for year in 1970..2410 {
            for (month, length) in (1..).zip(lengths(year)) {
                for day in 1..=length {
                    assert_eq!(days_since_1970(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for (text, why) in [
            ("2026-12-01T12:00:00", "no offset"),
            ("2026-12-01", "not a moment"),
            ("12:00:00", "not a moment"),
            ("tomorrow", "not a moment"),
            ("1969-12-31T23:59:59Z", "after 1970"),
        ] {
            assert!(read(text).expect_err("no moment").contains(why), "{text}");
        }
    }
}
