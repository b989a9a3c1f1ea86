//! Where a value stands, in place of it: `password = :password`, `${DB_PASSWORD}`, `PWD=/srv/app`.

use super::super::Keys;

/// What stands before and behind the name of a value that stands elsewhere: in shells, templates, statements, usages and code. Where `?` is
/// behind it, the bracket may count as that of something around.
const PLACES: &[(&[u8], &[u8])] = &[
    (b"${{", b"}}"),
    (b"{{", b"}}"),
    (b"${", b"}?"),
    (b"#{", b"}"),
    (b"%(", b")s"),
    (b"<", b">"),
    (b"os.environ[\"", b"\"]?"),
    (b"os.environ['", b"']?"),
    (b"ENV[\"", b"\"]?"),
    (b"ENV['", b"']?"),
    (b"os.getenv(\"", b"\")?"),
    (b"os.getenv('", b"')?"),
    (b"System.getenv(\"", b"\")?"),
    (b"env::var(\"", b"\")?"),
    (b"std::env::var(\"", b"\")?"),
    (b"${env:", b"}?"),
    (b"%{", b"}"),
    (b"process.env.", b""),
    (b"$env:", b""),
    (b"var.", b""),
    (b"$", b""),
    (b":", b""),
    (b"@", b""),
];

/// `${DB_PASSWORD}`: the name of an environment variable, not its value. Its bracket may count as that of something around.
pub(super) fn is_variable(value: &[u8]) -> bool {
    let Some(name) = value.strip_prefix(b"${") else { return false };
    let name = name.strip_suffix(b"}").unwrap_or(name);
    // Nothing stands for it if it is not set.
    let or_nothing = name.strip_suffix(b":-");
    let name = or_nothing.unwrap_or(name);
    let is_constant = name.iter().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    is_constant && !name.is_empty() && (name.contains(&b'_') || or_nothing.is_some())
}

/// The string that stands behind the place of a value, in case there is none there: `process.env.TOKEN || "x"`.
pub(in crate::detect::pair) fn fallback(text: &[u8], end: usize) -> Option<usize> {
    const OR: [&[u8]; 3] = [b" || ", b" ?? ", b" or "];
    let or = OR.iter().find(|or| text[end..].starts_with(or))?;
    let start = end + or.len();
    matches!(text.get(start), Some(b'"' | b'\'' | b'`')).then_some(start)
}

/// Whether two names are the same but for their case and the signs between their words.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let letters = |name: &[u8]| -> Vec<u8> {
        name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    letters(a) == letters(b)
}

/// `$1`, `?`, `%s`, `$DB_PASSWORD`, `${{ secrets.TOKEN }}`, `:password`, `@p0`: the place of a value. A name must be one of a key that is
/// known, for a password may begin with such a sign.
pub(super) fn is_place(key: &[u8], value: &[u8], keys: &Keys<'_>) -> bool {
    let numbered = |sign: &[u8]| value.strip_prefix(sign).is_some_and(is_short_number);
    let named = |(open, close): &(&[u8], &[u8])| {
        let rest = value.strip_prefix(*open).unwrap_or_default().trim_ascii_start();
        let (name, rest) = rest.split_at(rest.iter().take_while(|b| is_of_name(**b)).count());
        let closes = match close.split_last() {
            Some((b'?', close)) => close.starts_with(rest),
            _ => rest.trim_ascii_start() == *close,
        };
        // A password may begin with a sign.
        let is_bare = close.is_empty() && open.len() == 1;
        let is_constant = name.contains(&b'_') && !name.iter().any(u8::is_ascii_lowercase);
        let is_it = !is_bare || is_constant || is_same(name, key);
        !name.is_empty() && closes && is_it && keys.rule(name).is_some()
    };
    matches!(value, b"?" | b"${{" | b"%s" | b"%v" | b"%q" | b"%r")
        || [&b"$"[..], b"@p", b"@__p_"].into_iter().any(numbered)
        || PLACES.iter().any(named)
}

fn is_short_number(digits: &[u8]) -> bool {
    const MOST_DIGITS: usize = 3;
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

fn is_of_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')
}

/// `/srv/app`; what has capitals or other signs may be base64, and what has no second part a password.
pub(super) fn is_directory(value: &[u8]) -> bool {
    const ALONE: [&[u8]; 9] = [b"/", b"~", b"/root", b"/app", b"/tmp", b"/workspace", b"/code", b"/src", b"/data"];
    let is_part = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'/' | b'_' | b'-' | b'.');
    let is_path = |rest: &[u8]| rest.contains(&b'/') && rest.iter().all(is_part);
    ALONE.contains(&value)
        || value.strip_prefix(b"/").is_some_and(is_path)
        || value.strip_prefix(b"~/").is_some_and(|rest| rest.iter().all(is_part))
}

/// The name of a secret in a store: of 1Password (`op://vault/item/field`), CloudFormation, or AWS (an ARN).
pub(super) fn is_reference(value: &[u8]) -> bool {
    let is_arn = || value.starts_with(b"arn:") && value.iter().filter(|b| **b == b':').count() >= 5;
    let is_of_vault = || value.starts_with(b"op://") && memchr::memchr_iter(b'/', value).count() >= 4;
    is_of_vault() || value.starts_with(b"{{resolve:") || is_arn()
}

/// The path of a file in which the value stands: `/var/run/secrets/app/token`, `~/.aws/credentials`.
pub(super) fn is_known_path(value: &[u8]) -> bool {
    const ROOTS: [&[u8]; 7] = [b"/etc/", b"/var/", b"/run/", b"/opt/", b"/usr/", b"/secrets/", b"~/."];
    /// A password of one word may begin with a slash.
    const FEWEST_SLASHES: usize = 3;
    let slashes = memchr::memchr_iter(b'/', value).count();
    let is_deep = slashes >= FEWEST_SLASHES || value.starts_with(b"~/.") && slashes > 1;
    is_deep && ROOTS.iter().any(|root| value.starts_with(root)) && is_directory(value)
}
