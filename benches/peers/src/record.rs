//! What is masked: one record of 960 bytes, as a line of text and as JSON, with seven sensitive values.

/// The values: documented test values and reserved names.
pub const SECRETS: [&str; 7] = [
    "jane.doe@example.com",
    "4111 1111 1111 1111",
    "123-45-6789",
    "192.0.2.17",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "GB82WEST12345698765432",
];

/// How long both forms are, in bytes.
pub const LEN: usize = 960;

/// The record as a line of text.
pub fn text() -> String {
    let [mail, card, ssn, address, key, token, iban] = SECRETS;
    filled(
        &format!(
            "2026-11-22T02:50:48.123Z INFO checkout::payment: order 48213 accepted, customer {mail} paid with {card}, verified \
             by {ssn} from {address}; refund goes to {iban}; uploaded the receipt with {key} and told the build by {token}; "
        ),
        "",
    )
}

/// The record as a line of JSON.
pub fn json() -> String {
    let [mail, card, ssn, address, key, token, iban] = SECRETS;
    filled(
        &format!(
            "{{\"timestamp\":\"2026-11-22T02:50:48.123Z\",\"level\":\"INFO\",\"target\":\"checkout::payment\",\"order\":48213,\
             \"message\":\"order accepted, customer {mail} paid with {card}\",\"check\":{{\"document\":\"{ssn}\",\"peer\":\"{address}\"}},\
             \"refund\":\"{iban}\",\"calls\":[\"put receipt as {key}\",\"status by {token}\"],\"duration_ms\":48,\"cached\":false,\"note\":\""
        ),
        "\"}",
    )
}

/// `start`, harmless words, and `end`; as long as a record is.
fn filled(start: &str, end: &str) -> String {
    const WORDS: &str = "the worker took the next batch from the queue and wrote it to the store; ";
    let words: String = WORDS.chars().cycle().take(LEN - start.len() - end.len()).collect();
    format!("{start}{words}{end}")
}
