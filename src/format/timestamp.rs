//! The time of an event.

use std::cell::Cell;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// The current time, in UTC with microseconds, as RFC 3339 writes it: `2026-11-22T03:06:00.123456Z`.
///
/// It prints what `tracing_subscriber`'s `SystemTime` prints, faster. Years that RFC 3339 has no form for get a sign:
/// `+10000-01-01T…`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rfc3339Utc;

impl FormatTime for Rfc3339Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write_time(writer, SystemTime::now())
    }
}

thread_local! {
    /// The last second that this thread wrote, and its text. It has no destructor, so it can be used while the thread is torn down.
    static LAST: Cell<Option<(i64, Text)>> = const { Cell::new(None) };
}

type Text = [u8; 27];

pub(crate) fn write_time(out: &mut dyn fmt::Write, time: SystemTime) -> fmt::Result {
    let (seconds, micros) = since_epoch(time);
    let mut text = match LAST.get() {
        Some((last, text)) if last == seconds => text,
        _ => {
            let date = Date::of_day(seconds.div_euclid(SECONDS_PER_DAY));
            let text = whole_seconds(&date, seconds.rem_euclid(SECONDS_PER_DAY).unsigned_abs());
            if !(0..=9999).contains(&date.year) {
                return write_far(out, date.year, text, micros);
            }
            LAST.set(Some((seconds, text)));
            text
        }
    };
    put_micros(&mut text, micros);
    out.write_str(as_str(&text))
}

/// Writes a year that RFC 3339 has no form for.
fn write_far(out: &mut dyn fmt::Write, year: i64, mut text: Text, micros: u32) -> fmt::Result {
    put_micros(&mut text, micros);
    let behind_year = &as_str(&text)[4..];
    if year > 0 { write!(out, "+{year}{behind_year}") } else { write!(out, "{year:05}{behind_year}") }
}

fn whole_seconds(date: &Date, second_of_day: u64) -> Text {
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    put_digits(&mut text[..4], date.year.unsigned_abs());
    put_digits(&mut text[5..7], date.month);
    put_digits(&mut text[8..10], date.day);
    put_digits(&mut text[11..13], second_of_day / 3600);
    put_digits(&mut text[14..16], second_of_day / 60 % 60);
    put_digits(&mut text[17..19], second_of_day % 60);
    text
}

fn put_micros(text: &mut Text, micros: u32) {
    put_digits(&mut text[20..26], micros.into());
}

fn as_str(text: &Text) -> &str {
    str::from_utf8(text).expect("only ASCII was put in")
}

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Whole seconds since 1970, rounded down, and the microseconds beyond them.
fn since_epoch(time: SystemTime) -> (i64, u32) {
    let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (whole(after.as_secs()), after.subsec_micros()),
        Err(error) => {
            let before = error.duration();
            match before.subsec_nanos() {
                0 => (-whole(before.as_secs()), 0),
                nanos => (-whole(before.as_secs()) - 1, (1_000_000_000 - nanos) / 1000),
            }
        }
    }
}

/// A day of the proleptic Gregorian calendar.
struct Date {
    year: i64,
    month: u64,
    day: u64,
}

impl Date {
    /// The date of a day that is given as days since 1970-01-01.
    ///
    /// Years are counted from the first of March, so that the leap day is the last of its year and the lengths of months
    /// before it follow one line: (153 m + 2) / 5 days. See Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    fn of_day(since_1970: i64) -> Self {
        const DAYS_PER_YEAR: u64 = 365;
        const DAYS_PER_4_YEARS: u64 = 4 * DAYS_PER_YEAR + 1;
        const DAYS_PER_CENTURY: u64 = 25 * DAYS_PER_4_YEARS - 1;
        const DAYS_PER_400_YEARS: i64 = 4 * DAYS_PER_CENTURY as i64 + 1;
        const FROM_0000_03_01_TO_1970: i64 = 719_468;

        let days = since_1970 + FROM_0000_03_01_TO_1970;
        let era = days.div_euclid(DAYS_PER_400_YEARS);
        let day_of_era = days.rem_euclid(DAYS_PER_400_YEARS).unsigned_abs();

        // Days that are leap days do not make a year longer than 365: take them out, then divide.
        let last_day_of_era = DAYS_PER_400_YEARS.unsigned_abs() - 1;
        let leap_days =
            day_of_era / (DAYS_PER_4_YEARS - 1) - day_of_era / DAYS_PER_CENTURY + day_of_era / last_day_of_era;
        let year_of_era = (day_of_era - leap_days) / DAYS_PER_YEAR;
        let day_of_year = day_of_era - (year_of_era * DAYS_PER_YEAR + year_of_era / 4 - year_of_era / 100);

        let months_since_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
        let month = if months_since_march < 10 { months_since_march + 3 } else { months_since_march - 9 };
        let year = era * 400 + year_of_era as i64 + i64::from(month <= 2);
        Self { year, month, day }
    }
}

/// Writes the last digits of a number, as many as there is room for.
fn put_digits(room: &mut [u8], mut number: u64) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn printed(time: SystemTime) -> String {
        let mut out = String::new();
        write_time(&mut out, time).expect("a string takes any text");
        out
    }

    fn at(seconds: i64, nanos: u32) -> String {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 { UNIX_EPOCH - whole } else { UNIX_EPOCH + whole };
        printed(time + Duration::from_nanos(nanos.into()))
    }

    /// The seconds are what `date --utc --date=… +%s` answers.
    #[test]
    fn known_instants() {
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(951_782_399, 999_999_999), "2000-02-28T23:59:59.999999Z");
        assert_eq!(at(951_782_400, 0), "2000-02-29T00:00:00.000000Z");
        assert_eq!(at(951_868_800, 0), "2000-03-01T00:00:00.000000Z");
        assert_eq!(at(1_709_209_845, 6_000), "2024-02-29T12:30:45.000006Z");
        assert_eq!(at(1_735_689_599, 0), "2024-12-31T23:59:59.000000Z");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000000Z");
        assert_eq!(at(253_402_300_799, 0), "9999-12-31T23:59:59.000000Z");
    }

    #[test]
    fn before_1970_the_fraction_still_counts_forward() {
        assert_eq!(at(-1, 0), "1969-12-31T23:59:59.000000Z");
        assert_eq!(at(-1, 250_000_000), "1969-12-31T23:59:59.250000Z");
        assert_eq!(at(-2_203_891_200, 0), "1900-03-01T00:00:00.000000Z");
        assert_eq!(at(-62_167_219_200, 0), "0000-01-01T00:00:00.000000Z");
    }

    #[test]
    fn years_beyond_four_digits_have_a_sign() {
        assert_eq!(at(253_402_300_800, 0), "+10000-01-01T00:00:00.000000Z");
        assert_eq!(at(-62_167_219_201, 0), "-0001-12-31T23:59:59.000000Z");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_ends_of_time() {
        assert_eq!(at(i64::MAX, 0), "+292277026596-12-04T15:30:07.000000Z");
        assert_eq!(at(i64::MIN + 1, 0), "-292277022657-01-27T08:29:53.000000Z");
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut previous = Date::of_day(-800_000);
        for day in -799_999..800_000 {
            let next = Date::of_day(day);
            let leap = previous.year % 4 == 0 && (previous.year % 100 != 0 || previous.year % 400 == 0);
            let month_len = match previous.month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = match (previous.month, previous.day) {
                (12, 31) => (previous.year + 1, 1, 1),
                (month, day) if day == month_len => (previous.year, month + 1, 1),
                (month, day) => (previous.year, month, day + 1),
            };
            assert_eq!((next.year, next.month, next.day), expected);
            previous = next;
        }
    }

    #[test]
    fn it_prints_what_the_stock_timer_prints() {
        fn print(timer: &dyn FormatTime) -> String {
            let mut out = String::new();
            timer.format_time(&mut Writer::new(&mut out)).expect("a string takes any text");
            out
        }
        let stock = tracing_subscriber::fmt::time::SystemTime;
        let (before, ours, after) = (print(&stock), print(&Rfc3339Utc), print(&stock));
        assert!(before <= ours && ours <= after, "{before} {ours} {after}");
    }
}
