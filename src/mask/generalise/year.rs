//! `year`: the year of a date.

use crate::mask::{MaskError, Masker, Outcome, Subject};

/// The year of a date or point in time, as HIPAA's Safe Harbor method asks for (45 CFR 164.514(b)(2)(i)(C)).
///
/// Reads `2026-11-03`, `2026-11`, `20261103`, with or without a time behind (`T12:00:00Z`, ` 12:00`), the same with `/` or
/// `.`, and `3/11/2026`, `11/3/2026`, `3.11.2026`, `3-11-2026`. Years from 1800 to 2199; a year of two digits fails, since
/// its century is a guess. A bare year is a year.
pub(in crate::mask) struct Year;

impl Masker for Year {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        out.push_str(year(value.trim()).ok_or(MaskError)?);
        Ok(Outcome::Replaced)
    }
}

/// The four digits of the year, where the text is a date.
fn year(text: &str) -> Option<&str> {
    let (date, time) = text.split_at(text.find(['T', 't', ' ']).unwrap_or(text.len()));
    let time_is_time = time.is_empty() || time[1..].starts_with(|c: char| c.is_ascii_digit());
    if !time_is_time {
        return None;
    }
    let Some(separator) = date.find(['-', '/', '.']).map(|at| &date[at..=at]) else {
        return bare(date, time.is_empty());
    };
    let mut parts = date.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let year = match third {
        None => (is_month(second) && time.is_empty()).then_some(first),
        Some(third) if is_year(first) => (is_month(second) && is_day(third)).then_some(first),
        Some(third) => {
            let is_day_and_month = is_day(first) && is_day(second) && (is_month(first) || is_month(second));
            is_day_and_month.then_some(third)
        }
    };
    year.filter(|year| is_year(year))
}

/// `2026` or `20261103`; a year alone has no time.
fn bare(date: &str, is_alone: bool) -> Option<&str> {
    if date.len() == 4 {
        return (is_alone && is_year(date)).then_some(date);
    }
    let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    (date.len() == 8 && is_year(year) && is_month(month) && is_day(day)).then_some(year)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && number(text).is_some_and(|year| (1800..2200).contains(&year))
}

fn is_month(text: &str) -> bool {
    text.len() <= 2 && number(text).is_some_and(|month| (1..=12).contains(&month))
}

fn is_day(text: &str) -> bool {
    text.len() <= 2 && number(text).is_some_and(|day| (1..=31).contains(&day))
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn dates_become_years() {
        for value in [
            "2026-11-03",
            "2026-11-03T12:00:00Z",
            "2026-11-03t12:00:00.123+01:00",
            "2026-11-03 12:00:00 UTC",
            "2026/11/03",
            "2026.11.3",
            "2026-11",
            "20261103",
            "20261103T120000Z",
            "3/11/2026",
            "11/30/2026",
            "30/11/2026",
            "03.11.2026",
            "3-11-2026 08:15",
            "2026",
            " 2026-11-03 ",
        ] {
            assert_eq!(masked(&Year, value).as_deref(), Some("2026"), "{value}");
        }
    }

    #[test]
    fn what_is_no_date_fails() {
        for value in [
            "",
            "soon",
            "3/11/26",
            "13/13/2026",
            "2026-13-01",
            "2026-00-10",
            "2026-11-32",
            "1234",
            "9999-01-01",
            "12345678",
            "2026-11-03Tea",
            "2026-11-03\0",
            "2026-11-03-04",
            "2026-11/03",
            "20261103 ok",
            "٢٠٢٦-11-03",
            "2026-+1-03",
            "T",
            "2026 11",
            "-",
            "2026-1é",
        ] {
            assert_eq!(masked(&Year, value), None, "{value:?}");
        }
    }
}
