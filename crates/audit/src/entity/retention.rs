//! How long records are kept.

use std::fmt;

use crate::Error;

/// What PCI DSS 4.0 asks for, requirement 10.5.1: twelve months of audit trail.
pub(crate) const PCI_MONTHS: u16 = 12;
const MAX_MONTHS: u16 = 84;

/// How long a record is kept, in calendar months; each length is a class of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Retention {
    months: u16,
}

impl Retention {
    /// One year, which is the default.
    pub const ONE_YEAR: Self = Self { months: 12 };
    /// Seven years, the longest.
    pub const SEVEN_YEARS: Self = Self { months: MAX_MONTHS };

    /// A number of years.
    ///
    /// # Errors
    ///
    /// Less than 1 or more than 7.
    pub fn years(years: u16) -> Result<Self, Error> {
        Self::months(years.saturating_mul(12))
    }

    /// A number of months.
    ///
    /// # Errors
    ///
    /// Less than 1 or more than 84.
    pub fn months(months: u16) -> Result<Self, Error> {
        match (1..=MAX_MONTHS).contains(&months) {
            true => Ok(Self { months }),
            false => Err(Error::declaration(format!("a retention of {months} months: give 1 to {MAX_MONTHS}"))),
        }
    }

    /// How many months it is.
    pub const fn as_months(self) -> u16 {
        self.months
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::ONE_YEAR
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} months", self.months)
    }
}
