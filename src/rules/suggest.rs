//! Did you mean …?

/// The known word that an unknown one was probably meant to be.
fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long word is no slip of the finger, and comparing it would cost the product of both lengths.
    if unknown.len() > 64 {
        return None;
    }
    let unknown = unknown.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&unknown, &word.to_lowercase()), word))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

/// `` did you mean `class`? ``, or what is known where nothing is alike.
pub(crate) fn hint<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match did_you_mean(unknown, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_of_the_finger() {
        let known = ["class", "category", "keys", "mask"];
        assert_eq!(did_you_mean("clas", known), Some("class"));
        assert_eq!(did_you_mean("Catgory", known), Some("category"));
        assert_eq!(did_you_mean("key", known), Some("keys"));
    }

    #[test]
    fn finds_nothing_where_nothing_is_alike() {
        assert_eq!(did_you_mean("banana", ["class", "keys"]), None);
        assert_eq!(did_you_mean(&"class".repeat(100_000), ["class"]), None);
        assert_eq!(did_you_mean("", ["class"]), None);
    }
}
