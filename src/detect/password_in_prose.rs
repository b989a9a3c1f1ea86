//! Passwords in sentences: `login of joe failed with password hunter2`, `password for joe was changed to 'x'`, `entered hunter2 as password`.
//!
//! Where a sign joins a name and its value, [pairs](super::pair) are read. People also write sentences, and in most of those no password
//! stands: `password is required`, `password SHA256 hashed`, `Failed password for root from 192.0.2.1 port 22 ssh2`. So what is said
//! between the name and the value is read word by word, and where a word that is none of a few stands in the place of the value, it must
//! [look like a password](looks::like_a_password).

mod looks;
mod saying;
mod value;
mod words;

use std::ops::Range;

use self::looks::{is_any_value, is_name_of_secret, is_reference, like_a_password};
use self::saying::{Said, extended, said_after, said_before, said_in_call};
use super::anchor::Anchor;
use super::around::ends_with;
use super::{Detector, Probe, Verdict};

/// Finds the password, without quotes around it.
pub(crate) static DETECTOR: Detector = Detector { name: "password_in_prose", anchors: &ANCHORS, find, number: None };

const ANCHORS: [Anchor; OTHERS.len() + PASSWORDS.len()] = {
    let mut anchors = [Anchor::Name(""); OTHERS.len() + PASSWORDS.len()];
    let mut i = 0;
    while i < anchors.len() {
        anchors[i] = if i < OTHERS.len() { OTHERS[i] } else { Anchor::Name(PASSWORDS[i - OTHERS.len()]) };
        i += 1;
    }
    anchors
};

/// The word at the end of a sentence, too, where no value follows; and names of things that have names themselves, so that a value must be
/// said to be theirs.
const OTHERS: [Anchor; 5] = [
    Anchor::AnyCase("password"),
    Anchor::Name("secret"),
    Anchor::AnyCase("api key"),
    Anchor::AnyCase("access key"),
    Anchor::AnyCase("secret key"),
];

/// How names of passwords end.
const PASSWORDS: [&str; 5] = ["password", "passphrase", "passcode", "passwd", "pwd"];
/// The longest word that is no value, in bytes.
const LONGEST: usize = 128;
/// How far a name is read back, in bytes.
const LONGEST_NAME: usize = 48;
/// How far behind a name is read to decide, in bytes.
const LONGEST_LOOK: usize = 256;

/// Reads a bounded number of words to either side, each of bounded length.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    match password(text, anchor_end) {
        Some(value) if value.start >= floor => Verdict::Found(value),
        _ => Verdict::Nothing { resume: anchor_end },
    }
}

fn password(text: &[u8], anchor_end: usize) -> Option<Range<usize>> {
    let plural = usize::from(matches!(text.get(anchor_end), Some(b's' | b'S')));
    let end = anchor_end + plural;
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let start = anchor_end - text[..anchor_end].iter().rev().take(LONGEST_NAME).take_while(of_name).count();
    let name = &text[start..anchor_end];
    // `passwordEncoder`; and a prompt, behind which programs write what they write.
    let goes_on = text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
        || text[end..].starts_with(b"-") && !text[end..].starts_with(b"->");
    if goes_on || text[..start].ends_with(b"[sudo] ") {
        return None;
    }
    let is_password = PASSWORDS.iter().any(|password| ends_with(name, password));
    if !is_password && !is_said_to_be(&text[end..]) {
        return None;
    }
    // `passwd`, `htpasswd`
    let is_program = || name == b"pwd" || name.ends_with(b"passwd") && name.iter().all(u8::is_ascii_lowercase);
    if text.get(end) == Some(&b'(') {
        return said_in_call(text, end);
    }
    // `GET /password 5f3a…`
    let of_path = matches!(text[..start].last(), Some(b'/' | b'.'));
    let is_one = |said: &Said| {
        let value = &text[said.value.clone()];
        if !is_password {
            return like_a_password(value, false) && !is_name_of_secret(value);
        }
        let elsewhere = said.bracketed && (is_reference(value) || is_program()) || said.bare && is_program() || of_path;
        like_a_password(value, said.equated) && (said.equated || !elsewhere)
            || said.equated && said.quoted && is_any_value(value)
    };
    let after = || {
        let near = &text[..text.len().min(end + LONGEST_LOOK)];
        let said = said_after(near, start, end).filter(is_one)?;
        // One that is masked is masked to its end, wherever the look ended.
        let whole = if near.len() < text.len() { said_after(text, start, end)?.value } else { said.value };
        Some(extended(text, whole))
    };
    after().or_else(|| said_before(text, start, end).filter(|value| like_a_password(&text[value.clone()], false)))
}

fn is_said_to_be(text: &[u8]) -> bool {
    text.starts_with(b" is ") || text.starts_with(b" was ")
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;
    use crate::random::random;

    #[test]
    fn finds_what_sentences_say() {
        assert_finds(
            &DETECTOR,
            &[
                "login of joe failed with password ⟦hunter2⟧",
                "wrong password ⟦hunter2⟧, user=joe",
                "the password ⟦Hunter-2!⟧ was rejected",
                "bad password (⟦hunter2⟧)",
                "password \"⟦hunter2⟧\" is weak, Password '⟦p@ssword⟧' too, and passphrase `⟦correct-horse-42⟧`",
                "The password is ⟦hunter2⟧.",
                "password is '⟦secret⟧', passphrase was \\\"⟦opensesame⟧\\\"",
                "password is ⟦test1234⟧, password is ⟦48219377⟧, password is ⟦Pass1⟧",
                "password is ⟦AXpv4z2ppKt8F==⟧ password is ⟦corp\\hunter2⟧ password is ⟦x<6Sbz1om⟧",
                "password is \"⟦$ecret12⟧\", password is '⟦hunter2\\⟧', password is \"⟦hidden77Dragon⟧\"",
                "Setting password to ⟦hunter2⟧",
                "setting password to \x1b[33m⟦hunter2⟧\x1b[0m",
                "password has been changed to ⟦Welcome1⟧.",
                "password was successfully changed to ⟦hunter2⟧",
                "password for joe is ⟦hunter2⟧; password for user 'joe' was reset to ⟦hunter3⟧",
                "password of the user joe: ⟦hunter2⟧",
                "password for user: joe is ⟦hunter2⟧",
                "password for account is \"⟦letmein⟧\"",
                "password for root@db:5432 is \"⟦letmein⟧\", password for CN=joe,OU=x is ⟦hunter2⟧",
                "Password for user joe smith (id 17) is ⟦hunter2⟧",
                "Enter passphrase for disk sda3_crypt: ⟦hunter2⟧",
                "Password (joe): ⟦hunter2⟧ password[joe]=⟦hunter2⟧",
                "DB_PASSWORD -> ⟦hunter2⟧, DB_PASSWORD → ⟦hunter2⟧, password == \"⟦hunter2⟧\"",
                "loaded DB_PASSWORD from env: ⟦hunter2⟧",
                "DATABASE_PASSWORD environment variable is ⟦hunter2⟧",
                "set_password(\"⟦hunter2⟧\") check_password('⟦hunter2⟧') set_password(Some(\"⟦hunter2⟧\"))",
                "verify_password(\"⟦hunter2⟧\", \"x\"), set_password(\"joe\", \"⟦hunter2⟧\"), check_password(user, \"⟦hunter2⟧\")",
                "change_password(old=\"⟦hunter2\", new=\"hunter3⟧\")",
                "password is ⟦panda-zebra7⟧, password '⟦panda-zebra7⟧', password is ⟦WINTER_2026⟧, password is ⟦used123⟧",
                "password ⟦hunter2⟧ x1y2z3, password ⟦hunter2⟧,user=joe1x",
                "password is Some(\"⟦hunter2⟧\")",
                "the password for joe, is '⟦letmein⟧', password for 'joe is \"⟦letmein⟧\", password for user to '⟦letmein⟧'",
                "password rejected: ⟦hunter2⟧, password too short: \"⟦hunter2⟧\"",
                "password mismatch: expected ⟦hunter2, got hunter3, not hunter4⟧",
                "password mismatch: expected \"⟦hunter2\", got \"letmein⟧\"",
                "passwords differ: ⟦hunter2 != hunter3⟧",
                "password changed from ⟦hunter2 to hunter3⟧ by joe",
                "password [⟦hunter2⟧] password 1: ⟦hunter2⟧",
                "password is ⟦Ünter2wörter⟧",
                "spring.datasource.password is \"⟦hunter2⟧\"",
                "wrong password ⟦FbeEna5xx\"Erejp⟧ for joe",
                "the API key is ⟦hunter2x⟧, client secret was ⟦Hunter-2⟧",
            ],
        );
        // Wherever the first look ends, and whatever stands there.
        for (filler, shift) in
            ["a", "é", "😀", "a.", "a,", "a)"].iter().flat_map(|filler| (0..5).map(move |n| (filler, n)))
        {
            let long = format!("x1{}{}b", "c".repeat(shift), filler.repeat(400));
            assert_finds(&DETECTOR, &[&format!("password ⟦{long}⟧ x"), &format!("password is \"⟦{long}⟧\"")]);
        }
    }

    #[test]
    fn finds_what_is_said_before() {
        assert_finds(
            &DETECTOR,
            &[
                "joe entered ⟦hunter2⟧ as password",
                "tried '⟦hunter2⟧' as the admin password for joe",
                "tried '⟦my pass2word⟧' as the password",
                "⟦hunter2⟧ is not a valid password",
                "\"⟦hunter2⟧\" is a weak password.",
            ],
        );
    }

    #[test]
    fn ignores_what_is_said_of_passwords() {
        assert_ignores(
            &DETECTOR,
            &[
                "password is required, password is wrong, password expired",
                "password is SHA256 hashed, password (SHA-512), password Argon2id, password PBKDF2WithHmacSHA512",
                "Upgrading passwords to pbkdf2_sha256, encrypting password using AES-256-GCM",
                "password is 8chars, password expires in 90days, password 2fa, password +120ms, password 10m30s, password v7.0.0-beta.1",
                "password is \"too short\", password to the vault2x",
                "password was changed to meet the policy",
                "password is {{vault.db1}}, password is \"${DB_1}\", password <x1y2z3> password %1$s, password #{user.id1}",
                "password does not match ^[A-Za-z0-9]{8,64}$",
                "password is OK",
                "Failed password for root from 192.0.2.1 port 22 ssh2",
                "Failed password for invalid user admin1 from 192.0.2.1 port 50522 ssh2",
                "Failed password for user from web01-prod port 22",
                "Accepted password for user17 from 192.0.2.1 port 50522 ssh2",
                "Changing password for user17.",
                "Changing password for user: jdoe42, for uid=jdoe42,ou=people, for user=jdoe42",
                "Please enter passphrase for disk Samsung_SSD_970_EVO (cryptroot)!",
                "Resetting password for user id 8f3a9c02-1b2c-4d5e-8f01-23456789abcd",
                "Invalid password for joe (a1b2c3d4), invalid password for user jdoe42 [req-8f3a9c02]",
                "password from vault1 loaded, password of db-main-2 expired",
                "reading password from secret 'app-db-pg15'",
                "passwd deploy17, pwd build-42",
                "Setting up passwd (1:4.13+dfsg1-1) ... Unpacking passwd (4.8.1-2ubuntu5) ...",
                "passwd(pam_unix)[12345]: password changed for joe",
                "at verify_password (auth.rs:42), at checkPassword (auth.js:42:13), checkPassword(UserService.java:42)",
                "test_password[argon2id-params0] PASSED, rejectsWeakPassword(String)[1] PASSED",
                "reset password (APP-123), weak password CVE-2026-12345, password (CWE-259), reset password (8f3a9c0)",
                "/reset-password 8f3a9c02d1, GET /password 8f3a9c02d1",
                "password /run/secrets/db1 password file:///x1y2z3",
                "password=hunter2 password: hunter2 \"password\":\"hunter2\" password::hunter2",
                "passwords.rs hunter2 passwordless1 password_file2 my-password-file-2",
                "password 2026-11-27T10:00:00Z, password 10:00:00Z",
                "password (retry=3x), password attempt3, password user17, password db.example1.com",
                "password ********, password 'x y1z2z3'",
                "reset password @smoke (2.3s), @param password @NotNull, passwords do not match!!",
                "Sending new password to db-main-2, RENAME COLUMN password TO password_v1",
                "password DB_PASSWORD_2, use GITLAB_TOKEN_2 as password",
                "select t1.pw_2 as password, node17 is password protected, node17 as passwords",
                "get_password(\"main\"), password expected 'letters', password for 'joe' not found, password has 'required' set",
                "password, hunter2",
                "password is /run/secrets/db1, password is --x1y2z3, password -x1y2z3, password is $DB1x",
                "password rejected: attempt3, password is wrong: attempt3",
                "password is 'changeme', password is \"xxxx\", password is '********', password is '••••••', password is \"[FILTERED]\"",
                "password \\nhunter2",
                "secret db-creds-2 not found, secret \"db-creds-2\", syncing secret to db-main-2, api key db-main-2",
                "secret is db-creds-2, api key is 'invalid', secret key is base64-encoded",
                "Enter passphrase for key '/home/x1/.ssh/id_ed25519': ",
                "[sudo] password for joe: joe@web-01:~$",
                "password reset 8f3a9c02d1, password changed trace-8f3a9c02, password change 528e1557-8cbb-4e1c-8791-8d5608cf8a27",
                "htpasswd (apache2-utils), passwd -> passwd.v2, password -> users.password_v2, plugin mask-passwords 173.v6a_077a_291eb_5",
                "hard-coded password java:S2068, default password (AVD-AWS-0057), add password field AUTH-123, password jasypt-1.9.3",
                "registered argon2Encoder as passwordEncoder bean, bcrypt2a is a known password-encoder",
                "password [a-zA-Z0-9]{8,}, password h*****2, password GLIBC_2.34, password PKCS#12",
            ],
        );
    }

    /// Whatever is said, nothing panics, and what is found are whole characters.
    #[test]
    fn no_sentence_breaks_it() {
        const PARTS: [&str; 44] = [
            "password",
            "passwords",
            "passwd",
            "secret",
            "api key",
            " ",
            " ",
            " ",
            " is",
            " was",
            " to",
            " from",
            " for",
            " of",
            " changed",
            " expected",
            " got",
            " as",
            " a valid",
            "\"",
            "'",
            "\\",
            "\\\"",
            "(",
            ")",
            "[",
            "]",
            ":",
            "=",
            ",",
            "->",
            "→",
            "!=",
            "≠",
            "Some(",
            "hunter2",
            "x1y2z3",
            "é1",
            "😀",
            "joe",
            "user",
            "\n",
            "\x1b[1m",
            "#1:",
        ];
        let mut next = random(0x2545_F491_4F6C_DD1D);
        for _ in 0..100_000 {
            // Of a few parts each, so that all of their orders come.
            let parts = [(); 5].map(|()| PARTS[next(PARTS.len())]);
            let said: String = (0..1 + next(9)).map(|_| parts[next(parts.len())]).collect();
            let start = ["changed from", "is", "for joe", "expected", "("][next(5)];
            for text in [format!("password {start} {said}"), format!("password{said}"), format!("{said} password")] {
                for (at, name) in text.match_indices("password") {
                    if let Some(found) = password(text.as_bytes(), at + name.len()) {
                        assert!(text.get(found).is_some_and(|found| !found.is_empty()), "{text}");
                    }
                }
            }
        }
    }
}
