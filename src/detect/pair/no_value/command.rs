//! What gives a value, in place of it: a command of a shell, a call in code.

use std::ops::Range;

/// What gives the value and is not it: `TOKEN=$(gcloud auth print-access-token)`, and in code `let token = tokens.next().unwrap();`.
pub(super) fn is_command(text: &[u8], key: &Range<usize>, value: &Range<usize>) -> bool {
    const LONGEST: usize = 160;
    const COMMANDS: [&[u8]; 13] = [
        b"gcloud auth print-",
        b"aws secretsmanager get-",
        b"aws ssm get-",
        b"aws ecr get-login-password",
        b"kubectl get ",
        b"vault kv get ",
        b"vault read ",
        b"op read ",
        b"gh auth token",
        b"openssl rand ",
        b"cat /",
        b"az account get-access-token",
        b"pass show ",
    ];
    const VARIABLES: [&[u8]; 6] = [b"let ", b"let mut ", b"var ", b"const ", b"val ", b"final "];
    let line = text[value.start..].iter().take(LONGEST).position(|b| matches!(b, b'\n' | b'\r'));
    let line = &text[value.start..text.len().min(value.start + line.unwrap_or(LONGEST))];
    if let Some(command) = line.strip_prefix(b"$(") {
        // With nothing behind it and no text handed to it.
        let of_command =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b'@');
        return text[..value.start].ends_with(b"=")
            && COMMANDS.iter().any(|known| command.starts_with(known))
            && memchr::memchr(b')', command).is_some_and(|end| command[..end].iter().all(of_command));
    }
    // Nothing is handed to what is called.
    let of_calls = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.' | b':' | b'(' | b')' | b'?');
    let calls = line.strip_suffix(b";").unwrap_or_default();
    let mut opens = memchr::memchr_iter(b'(', calls);
    text.get(key.end..value.start) == Some(b" = ")
        && VARIABLES.iter().any(|variable| text[..key.start].ends_with(variable))
        && calls.first().is_some_and(u8::is_ascii_lowercase)
        && calls.iter().all(of_calls)
        && calls.contains(&b'(')
        && opens.all(|open| calls.get(open + 1) == Some(&b')'))
}
