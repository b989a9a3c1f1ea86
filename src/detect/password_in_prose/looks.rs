//! Whether a word looks like a password.

use super::PASSWORDS;
use crate::detect::around::starts_with;
use crate::detect::masked::is_masked;

/// The shortest that are told by how they look, where a sentence says that they are passwords and where not; in bytes.
const SHORTEST_SAID: usize = 4;
const SHORTEST: usize = 6;
/// The fewest digits of which a password may be by themselves.
const FEWEST_DIGITS: usize = 6;

/// What the names of algorithms, formats and machines are made of, beside numbers; longest first where one begins another.
const TECHNICAL: &[&str] = &[
    "ascii",
    "iso",
    "latin",
    "aarch",
    "aes",
    "amd",
    "argon",
    "arm",
    "base",
    "bcrypt",
    "blake",
    "cbc",
    "chacha",
    "crc",
    "crypt",
    "ctr",
    "des",
    "dsa",
    "ecdsa",
    "ede",
    "ed",
    "ec",
    "encoded",
    "encrypted",
    "gcm",
    "hashed",
    "hash",
    "hmac",
    "http",
    "ids",
    "id",
    "ipv",
    "kdf",
    "krb",
    "ldap",
    "md",
    "mschap",
    "ntlm",
    "oaep",
    "oauth",
    "pbkdf",
    "pkcs",
    "poly",
    "ppc",
    "riscv",
    "rsa",
    "saml",
    "scram",
    "scrypt",
    "sha",
    "smb",
    "ssh",
    "ssl",
    "tls",
    "utf",
    "with",
    "bit",
    "x86",
];

/// What stands before the number of one of many things. It may be said to be a password (`password is test1234`), but not by its looks.
const NUMBERED: &[&str] = &[
    "arg", "attempt", "bug", "case", "code", "col", "column", "db", "entry", "error", "eth", "exit", "field", "host",
    "item", "iter", "level", "line", "method", "mysql", "no", "node", "nr", "num", "option", "page", "param", "params",
    "pid", "port", "postgres", "pts", "retry", "rev", "round", "row", "rs", "section", "server", "session", "slot",
    "status", "step", "test", "thread", "tid", "try", "tty", "type", "uid", "user", "version", "ver", "worker",
];

/// Prefixes of numbers under which something can be looked up.
const REGISTERS: &[&str] =
    &["java", "javascript", "python", "aadsts", "cve", "cwe", "err", "iso", "ora", "rfc", "sqlstate"];

/// Units, in which a time or size is told.
const UNITS: &[&str] = &["s", "m", "h", "d", "w", "ms", "us", "ns", "min", "sec", "hr", "kb", "mb", "gb", "x"];

/// Whether a word has what passwords have and words do not, a digit or a sign among letters, and is nothing else that has. Where a sentence
/// says that it is one (`is_said`), less else is thought of.
pub(super) fn like_a_password(word: &[u8], is_said: bool) -> bool {
    let letters = word.iter().filter(|b| b.is_ascii_alphabetic() || !b.is_ascii()).count();
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    // At the end, a sign is of the sentence.
    let inner = word.iter().rposition(|b| !matches!(b, b'!' | b'?' | b'*')).map_or(&[][..], |last| &word[..last]);
    let signs = inner.iter().filter(|b| b"!@#$^&*+?~".contains(b)).count();
    let mixed = letters > 0 && digits + signs > 0 || is_said && digits >= FEWEST_DIGITS && digits == word.len();
    let other = || {
        begins_otherwise(word, is_said)
            || is_measure(word)
            || is_technical(word)
            || is_template(word)
            || is_status(word)
    };
    let named = || {
        is_of_code(word)
            || is_numbered(word)
            || is_registered(word)
            || is_place(word)
            || is_mention(word)
            || is_versioned(word)
            || is_column(word)
            || is_variable(word)
    };
    let shortest = if is_said { SHORTEST_SAID } else { SHORTEST };
    word.len() >= shortest && mixed && !other() && (is_said || !named())
}

/// Whether a sentence that says what the password is may mean this, in quotes.
pub(super) fn is_any_value(word: &[u8]) -> bool {
    word.len() >= SHORTEST_SAID && !is_template(word) && !is_masked(word) && !is_placeholder(word)
}

/// Whether it looks like what tells where to look: a ticket, a commit, a request. It is one where it stands in brackets.
pub(super) fn is_reference(word: &[u8]) -> bool {
    const COMMIT: usize = 7;
    let head = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = word.split_at(head);
    let ticket = || word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-') && !name.is_empty();
    let request = || {
        rest.first().is_some_and(|b| matches!(b, b'-' | b'_' | b':'))
            && rest[1..].iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
    };
    word.len() >= COMMIT && word.iter().all(u8::is_ascii_hexdigit) || ticket() || request()
}

/// Whether it is the name of one of many things in Kubernetes, AWS or a file: `db-creds-2`, `arn:aws:…`.
pub(super) fn is_name_of_secret(word: &[u8]) -> bool {
    word.starts_with(b"arn:") || word.contains(&b'-') && !word.iter().any(u8::is_ascii_uppercase)
}

/// An option, a path, a variable; a sign between two words, where nobody says that it is a password.
fn begins_otherwise(word: &[u8], is_said: bool) -> bool {
    matches!(word[0], b'-' | b'/' | b'\\' | b':' | b',' | b';' | b'<' | b'{' | b'%' | b'$')
        || !is_said && matches!(word[0], b'.' | b'*' | b'=' | b'|' | b'&' | b'^')
        || [&b"~/"[..], b"urn:"].iter().any(|start| word.starts_with(start))
        || memchr::memmem::find(word, b"://").is_some()
}

/// What stands for a value in a template, or a variable: `${x}`, `{{x}}`, `<x>`, `%1$s`, `#{x}`, `{x}`.
fn is_template(word: &[u8]) -> bool {
    match word {
        [b'$', b'{' | b'(', ..] | [b'#', b'{', ..] | [b'{', b'{', ..] => true,
        [b'<', name @ .., b'>'] | [b'{', name @ .., b'}'] => {
            name.iter().all(|b| b.is_ascii_alphanumeric() || b"_-. ".contains(b))
        }
        [b'%', rest @ .., b's' | b'd' | b'v' | b'q'] => rest.iter().all(|b| b.is_ascii_digit() || b"$+#-".contains(b)),
        // Masked in part; of a regex that passwords must match: one `a-z` may stand in `panda-zebra`.
        _ => {
            let holds = |part: &[u8]| memchr::memmem::find(word, part).is_some();
            let ranges = [&b"a-z"[..], b"A-Z", b"0-9"].iter().filter(|range| holds(range)).count();
            holds(b"***") || ranges > 1 || holds(b"[a-z") || holds(b"[A-Z") || holds(b"[0-9")
        }
    }
}

/// A call, a path, a pair.
fn is_of_code(word: &[u8]) -> bool {
    word.iter().any(|b| matches!(b, b'/' | b'=' | b'\\' | b'(' | b'>' | b'|'))
        || word.windows(2).any(|two| two == b"::")
}

/// `OK(200)`, of which the last bracket is of the sentence.
fn is_status(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    matches!(word[letters..], [b'(', ..]) && word[letters + 1..].iter().all(|b| b.is_ascii_digit() || *b == b')')
}

/// What begins with a number and is one: `90days`, `+10m30s`, `v1.2.3-rc1`, `2026-11-27T10:00:00Z`, `0x1f`.
fn is_measure(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"+").or(word.strip_prefix(b"~")).or(word.strip_prefix(b"v")).unwrap_or(word);
    let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &word[digits..];
    let mut groups = rest.split(u8::is_ascii_digit).filter(|group| !group.is_empty());
    let is_unit = |group: &[u8]| UNITS.iter().any(|unit| group.eq_ignore_ascii_case(unit.as_bytes()));
    digits > 0
        && !rest.is_empty()
        && (rest.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-')
            || matches!(rest, [b'.' | b':' | b'-', b'0'..=b'9', ..] | [b'.', b'v', ..])
            || rest[0] == b'x' && rest[1..].iter().all(u8::is_ascii_hexdigit)
            || groups.all(is_unit))
}

/// Whether it is made of numbers and technical words alone: `sha256`, `PBKDF2WithHmacSHA512`, `argon2id`, `AES-256-GCM`.
fn is_technical(word: &[u8]) -> bool {
    let mut rest = word;
    let is_number = word.iter().all(u8::is_ascii_digit);
    while !rest.is_empty() {
        let skipped = rest.iter().take_while(|b| b.is_ascii_digit() || b"-_@/.,#".contains(b)).count();
        let known = TECHNICAL.iter().find(|known| starts_with(&rest[skipped..], known)).map_or(0, |known| known.len());
        if skipped + known == 0 {
            return false;
        }
        rest = &rest[skipped + known..];
    }
    !is_number
}

/// `user17`, `db-main-2`, `attempt3`, `test2a`
fn is_numbered(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = word.split_at(letters);
    let known = NUMBERED.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    known
        && rest.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
        && rest.iter().filter(|b| b.is_ascii_alphabetic()).count() < 3
}

/// What can be looked up by its number: `CVE-2026-1234`, `RFC7617`, `AUTH-123`, `java:S2068`.
fn is_registered(word: &[u8]) -> bool {
    let of_number = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'[' | b':' | b'S');
    let known =
        REGISTERS.iter().any(|register| starts_with(word, register) && word[register.len()..].iter().all(of_number));
    let letters = word.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let number = word[letters..].strip_prefix(b"-").unwrap_or_default();
    // `WINTER-2026` is none.
    let is_year = number.len() == 4 && matches!(number, [b'1', b'9', ..] | [b'2', b'0', ..]);
    known || letters > 1 && !number.is_empty() && number.iter().all(u8::is_ascii_digit) && !is_year
}

/// `jasypt-1.9.3`
fn is_versioned(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let version = word[letters..].strip_prefix(b"-").unwrap_or_default();
    version.contains(&b'.') && version.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// The name of a column or file of passwords: `users.password_v2`.
fn is_column(word: &[u8]) -> bool {
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    let lower = word.to_ascii_lowercase();
    let named = PASSWORDS.iter().any(|password| memchr::memmem::find(&lower, password.as_bytes()).is_some());
    word.iter().all(of_name) && word.iter().any(|b| matches!(b, b'_' | b'.')) && named
}

/// A variable of an environment, a symbol: `DB_PASSWORD_2`, `GLIBC_2.34`.
fn is_variable(word: &[u8]) -> bool {
    let of_name = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.');
    word[0].is_ascii_uppercase() && word.contains(&b'_') && word.iter().all(of_name)
}

/// `@smoke`, `#reset`, `!important`
fn is_mention(word: &[u8]) -> bool {
    matches!(word[0], b'@' | b'#' | b'!')
        && word[1..].iter().all(|b| b.is_ascii_alphabetic() || *b == b'-' || *b == b'!')
}

/// `auth.js:42:13`, `db1.example.com`, `localhost:5432`, `joe1@example.com`
fn is_place(word: &[u8]) -> bool {
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@' | b'[' | b']');
    let (mut name, mut numbers) = (word, 0);
    while let Some(colon) =
        name.iter().rposition(|b| *b == b':').filter(|colon| name[colon + 1..].iter().all(u8::is_ascii_digit))
    {
        (name, numbers) = (&name[..colon], numbers + 1);
    }
    let last = name.iter().rposition(|b| *b == b'.').map_or(&[][..], |dot| &name[dot + 1..]);
    let is_dotted = last.len() > 1 && last.iter().all(u8::is_ascii_alphabetic);
    name.iter().all(of_name) && (numbers > 0 || is_dotted)
}

/// What stands where nobody has filled in a value.
fn is_placeholder(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"[").and_then(|word| word.strip_suffix(b"]")).unwrap_or(word);
    ["redacted", "masked", "hidden", "changeme"].iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
        || word.iter().all(|b| b.eq_ignore_ascii_case(&b'x') || *b == b'*')
}
