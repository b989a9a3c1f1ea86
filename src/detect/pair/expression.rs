//! Keys in expressions, as `dbg!` prints them: `config.password() = "x"`, `env::var("DB_PASSWORD").unwrap() = "x"`.

use super::LONGEST_KEY;

/// Where an expression ends before what is called on it and gives the same value in another type, as `dbg!` prints it:
/// `password.as_str() = "x"`, `config.password() = "x"`, `env::var("DB_PASSWORD").unwrap() = "x"`.
pub(super) fn before_calls(text: &[u8], mut end: usize) -> usize {
    const MOST_CALLS: usize = 4;
    const METHODS: [&[u8]; 16] = [
        b"unwrap",
        b"unwrap_or_default",
        b"as_str",
        b"as_ref",
        b"as_deref",
        b"as_bytes",
        b"clone",
        b"cloned",
        b"copied",
        b"to_owned",
        b"to_string",
        b"into_inner",
        b"expose_secret",
        b"trim",
        b"get",
        b"borrow",
    ];
    for _ in 0..MOST_CALLS {
        let Some(name) = text[..end].strip_suffix(b"()") else { break };
        let len = name.iter().rev().take(LONGEST_KEY).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let (before, name) = name.split_at(name.len() - len);
        match before.strip_suffix(b".").filter(|_| METHODS.contains(&name)) {
            Some(value) => end = value.len(),
            None => return end - 2,
        }
    }
    end
}

/// Whether a text ends where something is looked up by its name: `env::var(`, `headers.get(`, `getenv(`.
pub(super) fn is_look_up(text: &[u8]) -> bool {
    const CALLS: [&[u8]; 6] = [b"var(", b"get(", b"getenv(", b"header(", b"var_os(", b"remove("];
    CALLS.iter().any(|call| {
        text.strip_suffix(*call)
            .is_some_and(|before| before.last().is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_'))
    })
}
