//! Names that sound as if what they name were sensitive.

/// How such names end, in words, and the category of what they name. What the packs name anyway is not here.
const ENDINGS: [(&str, &[&str]); 6] = [
    (
        "credential",
        &[
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "passcode",
            "secret",
            "token",
            "apikey",
            "api key",
            "access key",
            "private key",
            "credential",
            "credentials",
            "auth",
            "otp",
            "pin",
            "jwt",
            "bearer",
            "cookie",
        ],
    ),
    ("contact", &["email", "mail", "phone", "mobile", "telephone", "fax", "msisdn", "recipient", "contact"]),
    (
        "person",
        &[
            "full name",
            "first name",
            "last name",
            "surname",
            "given name",
            "maiden name",
            "customer name",
            "user name",
            "birthday",
            "birth date",
            "birth",
            "dob",
            "gender",
            "home address",
            "street",
            "postcode",
            "customer number",
            "customer no",
            "member number",
            "member id",
            "patient id",
            "employee id",
            "employee number",
            "nickname",
        ],
    ),
    ("payment", &["card", "card number", "cardholder", "pan", "cvv", "cvc", "iban", "account number", "account no"]),
    (
        "government_id",
        &[
            "ssn",
            "passport",
            "passport number",
            "tax id",
            "tax number",
            "licence number",
            "license number",
            "national id",
        ],
    ),
    ("health", &["diagnosis", "medication", "allergy", "allergies", "blood type", "prescription"]),
];

/// The category of what a key names, if its last words tell. `user.homeAddress` is `home address`.
pub(super) fn category_by_name(path: &str) -> Option<&'static str> {
    let words = words(path.rsplit('.').next().unwrap_or(path));
    let ends = |ending: &&str| {
        let ending: Vec<&str> = ending.split(' ').collect();
        words.len() >= ending.len() && words[words.len() - ending.len()..].iter().eq(ending.iter())
    };
    ENDINGS.iter().find(|(_, endings)| endings.iter().any(ends)).map(|(category, _)| *category)
}

/// The words of a name, in lower case: of `snake_case`, `kebab-case` and `camelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && before_is_lower;
        if (begins || !c.is_ascii_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before_is_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_last_words() {
        for (name, category) in [
            ("shop_password", "credential"),
            ("user.homeAddress", "person"),
            ("X-Vendor-Token", "credential"),
            ("billing-contact", "contact"),
            ("customerNumber", "person"),
            ("passport", "government_id"),
        ] {
            assert_eq!(category_by_name(name), Some(category), "{name}");
        }
        for name in
            ["token_count", "card_type", "address", "name", "mailbox_size", "password_changed_at", "span", "", "pinned"]
        {
            assert_eq!(category_by_name(name), None, "{name}");
        }
    }
}
