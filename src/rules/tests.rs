//! Whole messages, as a person reads them.
//!
//! Every mistake is a file `tests/data/rules/NAME.toml`, its message is beside it in `NAME.txt`. To write the messages
//! anew, set `WRITE_EXPECTED=1`; then read every one that changed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::*;

fn message(text: &str) -> String {
    match parse(&Source::new("redaction-rules.toml", text)) {
        Ok(_) => panic!("no mistake was found in\n{text}"),
        Err(error) => {
            assert_eq!(error.to_string(), format!("{error:?}"));
            error.to_string()
        }
    }
}

#[test]
fn every_mistake_has_its_message() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rules");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the directory is part of the repository")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(files.len() > 40, "{} files", files.len());

    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let actual = message(&text.replace("\r\n", "\n")) + "\n";
        let expected_file = file.with_extension("txt");
        if std::env::var_os("WRITE_EXPECTED").is_some() {
            std::fs::write(&expected_file, &actual).expect("it can be written");
        }
        let expected = std::fs::read_to_string(&expected_file).unwrap_or_default().replace("\r\n", "\n");
        if actual != expected {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let _ = write!(wrong, "{name}\n--- expected\n{expected}--- actual\n{actual}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Mistakes of every kind beside, around and in a key that does not belong there.
#[test]
fn no_message_shows_a_key() {
    const CANARY: &str = "Canary-0123456789abcdef0123456789abcdef";
    let texts = [
        "version = 1\n[tokens]\nkey = \"CANARY\"\n",
        "version = 1\n[tokens]\nkey = 'CANARY'\nkey = 'CANARY'\n",
        "version = 1\n[tokens]\nkey = \"CANARY\n",
        "version = 1\n[tokens]\nkey = CANARY\n",
        "version = 1\n[tokens]\nkey CANARY\n",
        "version = 1\n[tokens]\nkey: CANARY\n",
        "version = 1\n[tokens]\nkey: \"CANARY\"\n",
        "version = 1\n[tokens]\nky = \"CANARY\"\n",
        "version = 1\n[tokens]\nCANARY = 1\n",
        "version = 1\n[tokens]\n\"CANARY=\" = 1\n",
        "version = 1\n[tokens]\nCANARY\n",
        "version = 1\n[tokens.CANARY]\nx = 1\n",
        "version = 1\n[tokens.key]\nCANARY = 1\n",
        "version = 1\n[tokens]\nkey = [\"CANARY\"]\n",
        "version = 1\n[tokens]\nkey = [\n\"CANARY\",\n\"CANARY\n]\n",
        "version = 1\n[tokens]\nkey = { ephemeral = \"CANARY\" }\n",
        "version = 1\n[tokens]\nkey = { text = \"CANARY }\n",
        "version = 1\n[tokens]\nkey = \"\"\"\nCANARY\n\"\"\"\n",
        "version = 1\n[tokens]\nkey = \"\"\"\nCANARY\n\\q CANARY\n\"\"\"\n",
        "version = 1\n[tokens]\nkey = '''\nCANARY\n",
        "version = 1\n[tokens]\nkey = \"CANARY\\q\"\n",
        "version = 1\n[tokens]\nkey = \"CANARY\" \"CANARY\"\n",
        "version = 1\n[tokens]\nkey = \"CANARY\" # CANARY \u{7}\n",
        "version = 1\n[tokens]\n# key = \"CANARY\" \u{7}\n",
        "version = 1\n[tokens\nkey = \"CANARY\"\n",
        "version = 1\ntokens = \"CANARY\"\n",
        "version = 1\ntokens = { key = \"CANARY\" }\n",
        "version = 1\ntokens = { key = \"CANARY\"\n",
        "version = 1\ntokens.key = \"CANARY\"\n",
        "version = 1\nkey = \"CANARY\"\n",
        "version = 1\ntoken_key = \"CANARY\"\n",
        "version = 1\nTRACING_PRIVACY_KEY = \"CANARY\"\n",
        "version = 1\nky = \"CANARY\"\n",
        "version = 1\ninclude = \"CANARY\"\n",
        "version = 1\n[defaults]\nmask_from = \"CANARY\"\n",
        "version = 1\n[defaults]\nunlisted = \"CANARY\"\n",
        "version = 1\n[rules]\nemail = \"CANARY\"\n",
        "version = 1\n[rules]\nemail = [\"CANARY\"]\n",
        "version = 1\n[[field]]\nkeys = \"CANARY\"\n",
        "version = 1\n[[field]]\nkeys = ['a']\nclass = 'CANARY'\n",
        "version = \"CANARY\"\n",
        "key = \"CANARY\"\n",
        "version = 1 key = \"CANARY\"\n",
    ];
    for text in texts {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.trim_end().to_owned()] {
            let message = message(&text.replace("CANARY", CANARY));
            assert!(
                !message.to_lowercase().contains("canary") && !message.contains("456789"),
                "{text}\n---\n{message}"
            );
        }
    }
}

#[test]
fn a_name_among_tokens_may_be_the_key() {
    let message = message("version = 1\n[tokens]\nhunter2 = true\n");
    assert!(message.starts_with("unknown key in `tokens`\n") && !message.contains("hunter2"), "{message}");
}

#[test]
fn line_breaks_of_both_kinds_give_the_same_message() {
    let text = "version = 1\n\n[[field]]\nkeys = [\"email\"]\nclas = 3\n";
    assert_eq!(message(text), message(&text.replace('\n', "\r\n")));
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    assert!(parse(&Source::new("rules.toml", "\u{feff}version = 1\n")).is_ok());
    assert!(message("\u{feff}version = 2\n").contains("redaction-rules.toml:1:11\n"));
}

#[test]
fn an_empty_file_is_told_what_the_smallest_is() {
    for text in ["", " \r\n\t\n"] {
        let message = message(text);
        assert!(message.starts_with("redaction-rules.toml is empty\n") && message.contains("version = 1"), "{message}");
    }
}

#[test]
fn a_huge_line_is_not_shown_whole() {
    let message = message(&format!("version = 1\nbanana = '{}'\n", "ä".repeat(1 << 19)));
    assert!(message.len() < 1000, "{} bytes", message.len());
}

#[test]
fn a_huge_file_is_refused() {
    let message = message(&format!("version = 1\n{}", "# filler\n".repeat(500_000)));
    assert!(message.starts_with("redaction-rules.toml is larger than 4 MiB"), "{message}");
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let deep = 200_000;
    for text in [
        format!("x = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("x = {}{}", "{a=".repeat(deep), "}".repeat(deep)),
        format!("x{} = 1", ".a".repeat(deep)),
        format!("[x{}]", ".a".repeat(deep)),
    ] {
        message(&format!("version = 1\n{text}\n"));
    }
}

#[test]
fn the_sample_is_valid() {
    let text = include_str!("../../redaction-rules.toml");
    let file = parse(&Source::new("redaction-rules.toml", text)).unwrap_or_else(|error| panic!("{error}"));
    assert!(!file.include.is_empty() && !file.rules.is_empty() && !file.fields.is_empty() && !file.patterns.is_empty());
    assert!(file.tokens.is_none(), "it must work without a key");
    for include in &file.include {
        let name = include.get_ref().strip_prefix("builtin:").expect("only packs are included");
        assert!(pack(name).is_some(), "{name}");
    }
}

mod files {
    use super::*;

    fn error(path: &Path) -> String {
        Source::read(path).expect_err("it cannot be read").to_string()
    }

    #[test]
    fn that_cannot_be_read_are_told_by_their_path() {
        let directory = std::env::temp_dir().join(format!("tracing-privacy-rules-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory for this test");
        let path = directory.join("rules.toml");
        let shown = path.display().to_string();

        let missing = error(&path);
        assert!(missing.starts_with(&format!("cannot read {shown}: ")) && missing.contains("help: write"), "{missing}");

        let not_a_file = error(&directory);
        assert!(not_a_file.starts_with("cannot read ") && not_a_file.contains("help: "), "{not_a_file}");

        std::fs::write(&path, b"version = 1\n# \xff\n").expect("a file for this test");
        let binary = error(&path);
        assert!(binary.contains("not UTF-8 text: the byte at offset 14"), "{binary}");

        std::fs::write(&path, vec![b'#'; source::MAX_LEN + 1]).expect("a file for this test");
        assert!(error(&path).contains("larger than 4 MiB"));

        std::fs::write(&path, "\u{feff}version = 1\n").expect("a file for this test");
        let source = Source::read(&path).expect("all is well");
        assert_eq!((source.name, &*source.text), (shown, "version = 1\n"));
        std::fs::remove_dir_all(&directory).expect("made by this test");
    }
}
