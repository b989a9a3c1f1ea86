//! The lines of a travel document that machines read.
//!
//! Source: ICAO Doc 9303, part 3 (check digits), parts 4 to 6 (the three sizes).

/// Whether `line` is the line of a passport (44), visa or card (36 or 30) that holds the numbers, and each check digit fits.
pub(super) fn check(line: &[u8]) -> bool {
    let fits = |from: usize, to: usize| {
        line.get(from..to).and_then(sum).is_some_and(|sum| line.get(to).is_some_and(|check| value(*check) == Some(sum)))
    };
    match line.len() {
        44 | 36 => fits(0, 9) && fits(13, 19) && fits(21, 27),
        30 if line[..6].iter().all(u8::is_ascii_digit) => fits(0, 6) && fits(8, 14),
        30 => fits(5, 14),
        _ => false,
    }
}

/// Weights 7, 3, 1 over the field, by 10.
fn sum(field: &[u8]) -> Option<u32> {
    let weighted = field.iter().zip([7, 3, 1].into_iter().cycle());
    weighted.map(|(&b, weight)| Some(value(b)? * weight)).sum::<Option<u32>>().map(|sum| sum % 10)
}

/// Digits are themselves, letters 10 to 35, the filler 0.
fn value(b: u8) -> Option<u32> {
    match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'Z' => Some(u32::from(b - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimens of Doc 9303.
    const LINES: [&str; 4] = [
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "D231458907UTO7408122F1204159<<<<<<<6",
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
    ];

    #[test]
    fn the_specimens_pass_and_others_do_not() {
        for line in LINES {
            assert!(check(line.as_bytes()), "{line}");
            assert!(!check(&line.as_bytes()[1..]), "{line}");
            assert!(
                !check(line.replacen("7408122", "7408123", 1).replacen("D23145890", "D23145891", 1).as_bytes()),
                "{line}"
            );
        }
    }
}
