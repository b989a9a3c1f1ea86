//! The same rules for all: seven regexes, one for each kind of value, and as many more as it takes to a hundred.

/// Names and regexes of the rules for the record.
const SEVEN: [(&str, &str); 7] = [
    ("mail", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
    ("card", r"\b[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"),
    ("ssn", r"\b\d{3}-\d{2}-\d{4}\b"),
    ("address", r"\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b"),
    ("cloud_key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("git_token", r"\bgh[pousr]_[0-9A-Za-z]{36}\b"),
    ("iban", r"\b[A-Z]{2}\d{2}[A-Z]{4}\d{14}\b"),
];

/// So many rules: those for the record, and others like the published forms of services' tokens, which it does not have.
pub fn rules(count: usize) -> Vec<(String, String)> {
    let seven = SEVEN.iter().map(|(name, regex)| ((*name).to_owned(), (*regex).to_owned()));
    let (first, second) = (|n: usize| char::from(b'a' + (n % 26) as u8), |n: usize| char::from(b'a' + (n / 26) as u8));
    let others = (0..).map(|n| {
        (
            format!("service_{n}"),
            format!(r"\b{}{}k_(?:live|test)_[0-9A-Za-z]{{{}}}\b", second(n), first(n), 24 + n % 16),
        )
    });
    seven.chain(others).take(count).collect()
}
