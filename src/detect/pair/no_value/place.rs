//! Where a value stands, in place of it: `password = :password`, `${DB_PASSWORD}`, `PWD=/srv/app`.

use super::super::Keys;

/// What stands around the name of a value that stands elsewhere: in shells, templates, statements, usages and code.
struct Around {
    open: &'static [u8],
    close: &'static [u8],
    /// Whether the end may be missing, as it may count as that of something around.
    may_lack_close: bool,
}

const fn around(open: &'static [u8], close: &'static [u8]) -> Around {
    Around { open, close, may_lack_close: false }
}

const fn around_or_open(open: &'static [u8], close: &'static [u8]) -> Around {
    Around { open, close, may_lack_close: true }
}

const PLACES: &[Around] = &[
    around(b"${{", b"}}"),
    around(b"{{", b"}}"),
    around_or_open(b"${", b"}"),
    around(b"#{", b"}"),
    around(b"%(", b")s"),
    around(b"<", b">"),
    around_or_open(b"os.environ[\"", b"\"]"),
    around_or_open(b"os.environ['", b"']"),
    around_or_open(b"ENV[\"", b"\"]"),
    around_or_open(b"ENV['", b"']"),
    around_or_open(b"os.getenv(\"", b"\")"),
    around_or_open(b"os.getenv('", b"')"),
    around_or_open(b"System.getenv(\"", b"\")"),
    around_or_open(b"env::var(\"", b"\")"),
    around_or_open(b"std::env::var(\"", b"\")"),
    around_or_open(b"${env:", b"}"),
    around(b"%{", b"}"),
    around(b"process.env.", b""),
    around(b"$env:", b""),
    around(b"var.", b""),
    around(b"$", b""),
    around(b":", b""),
    around(b"@", b""),
];

/// `${DB_PASSWORD}`: the name of an environment variable, not its value. Its bracket may count as that of something around.
pub(super) fn is_variable(value: &[u8]) -> bool {
    let Some(name) = value.strip_prefix(b"${") else { return false };
    let name = name.strip_suffix(b"}").unwrap_or(name);
    // Nothing stands for it if it is not set, or an error.
    let or_nothing = name.strip_suffix(b":-").or_else(|| name.strip_suffix(b":?"));
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
    fn letters(name: &[u8]) -> impl Iterator<Item = u8> {
        name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase)
    }
    letters(a).eq(letters(b))
}

/// `$1`, `?`, `%s`, `$DB_PASSWORD`, `${{ secrets.TOKEN }}`, `:password`, `@p0`: the place of a value. A name must be one of a key that is
/// known, for a password may begin with such a sign.
pub(super) fn is_place(key: &[u8], value: &[u8], keys: &Keys<'_>) -> bool {
    let numbered = |sign: &[u8]| value.strip_prefix(sign).is_some_and(is_short_number);
    let named = |around: &Around| {
        let rest = value.strip_prefix(around.open).unwrap_or_default().trim_ascii_start();
        let (name, rest) = rest.split_at(rest.iter().take_while(|b| is_of_name(**b)).count());
        let closes = match around.may_lack_close {
            true => around.close.starts_with(rest),
            false => rest.trim_ascii_start() == around.close,
        };
        // A password may begin with a sign.
        let is_bare = around.close.is_empty() && around.open.len() == 1;
        let is_constant = name.contains(&b'_') && !name.iter().any(u8::is_ascii_lowercase);
        let is_it = !is_bare || is_constant || is_same(name, key);
        // Of Terraform: a variable has one name.
        let is_it = is_it && (around.open != b"var." || !name.contains(&b'.'));
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
    const SERVICES: [&[u8]; 3] = [b":secretsmanager:", b":ssm:", b":kms:"];
    const RESOLVED: [&[u8]; 2] = [b"{{resolve:secretsmanager:", b"{{resolve:ssm"];
    let in_one_piece = !value.iter().any(|b| b.is_ascii_whitespace() || matches!(b, b'<' | b'"' | b'\''));
    let is_arn =
        || value.starts_with(b"arn:aws") && SERVICES.iter().any(|of| memchr::memmem::find(value, of).is_some());
    let is_of_vault = || value.starts_with(b"op://") && memchr::memchr_iter(b'/', value).count() >= 4;
    let is_resolved = || RESOLVED.iter().any(|open| value.starts_with(open)) && value.ends_with(b"}}");
    in_one_piece && (is_of_vault() || is_resolved() || is_arn())
}

/// The path of a file in which the value stands: `/var/run/secrets/app/token`, `~/.aws/credentials`.
pub(super) fn is_known_path(value: &[u8]) -> bool {
    const FOLDERS: [&[u8]; 7] =
        [b"/run/secrets/", b"/var/run/secrets/", b"/var/secrets/", b"/etc/ssl/", b"/etc/pki/", b"~/.aws/", b"~/.ssh/"];
    const ROOTS: [&[u8]; 5] = [b"/etc/", b"/var/", b"/run/", b"/opt/", b"/usr/"];
    /// What has fewer may be a password.
    const FEWEST_SLASHES: usize = 4;
    let is_deep = || memchr::memchr_iter(b'/', value).count() >= FEWEST_SLASHES;
    let begins = |folders: &[&[u8]]| folders.iter().any(|folder| value.starts_with(folder));
    (begins(&FOLDERS) || begins(&ROOTS) && is_deep()) && is_directory(value)
}
