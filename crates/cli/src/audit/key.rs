//! Keys of 32 bytes, as files of 64 hexadecimal digits.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::Failure;

/// A key of a file; what is wrong with it is told by its place.
pub(crate) fn read(option: &str, path: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let text = std::fs::read(path).map(Zeroizing::new).map_err(Failure::at(path.display()))?;
    let digits = text.trim_ascii();
    let mut key = Zeroizing::new([0; 32]);
    match decode(digits, &mut key) {
        true => Ok(key),
        false => Err(Failure::Refused(format!(
            "{option}: {} does not hold a key of 64 hexadecimal digits; `openssl rand -hex 32` makes one",
            path.display()
        ))),
    }
}

pub(crate) fn read_if_given(option: &str, path: Option<&PathBuf>) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
    path.map(|path| read(option, path)).transpose()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(digits: &[u8], key: &mut [u8; 32]) -> bool {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    if digits.len() != 2 * key.len() {
        return false;
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => *byte = high << 4 | low,
            _ => return false,
        }
    }
    true
}
