//! `ip_prefix`, `year`, `age`, `zip3`, `{ bucket = 10 }`: the neighbourhood of a value instead of the value.
//!
//! Each reads its own output and leaves it as it is.

mod age;
mod bucket;
mod ip;
mod year;
mod zip3;

pub(super) use self::{age::Age, bucket::Bucket, ip::IpPrefix, year::Year, zip3::Zip3};
