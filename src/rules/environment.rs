//! What the environment says.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Error;
use super::error::quoted;
use super::suggest;
use crate::mask::{KeyError, KeyRing};
use crate::policy::{DataClass, Mode};

const PREFIX: &str = "TRACING_PRIVACY_";
pub(crate) const RULES: &str = "TRACING_PRIVACY_RULES";
pub(crate) const PROFILE: &str = "TRACING_PRIVACY_PROFILE";
pub(crate) const MODE: &str = "TRACING_PRIVACY_MODE";
pub(crate) const MASK_FROM: &str = "TRACING_PRIVACY_MASK_FROM";
const KEY: &str = "TRACING_PRIVACY_KEY";
const KEY_FILE: &str = "TRACING_PRIVACY_KEY_FILE";

/// All variables that are known.
const KNOWN: [&str; 6] = [RULES, PROFILE, MODE, MASK_FROM, KEY, KEY_FILE];

const MODES: [(&str, Mode); 3] =
    [(Mode::Enforce.as_str(), Mode::Enforce), (Mode::Observe.as_str(), Mode::Observe), (Mode::Off.as_str(), Mode::Off)];

const CLASSES: [(&str, DataClass); 3] = [
    (DataClass::Public.as_str(), DataClass::Public),
    (DataClass::Internal.as_str(), DataClass::Internal),
    (DataClass::Confidential.as_str(), DataClass::Confidential),
];

/// What the variables that begin with `TRACING_PRIVACY_` say.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `TRACING_PRIVACY_RULES`: the rules file.
    pub(crate) rules: Option<PathBuf>,
    /// `TRACING_PRIVACY_PROFILE`: the name of the profile.
    pub(crate) profile: Option<String>,
    /// `TRACING_PRIVACY_MODE`
    pub(crate) mode: Option<Mode>,
    /// `TRACING_PRIVACY_MASK_FROM`: the lowest class that is masked.
    pub(crate) mask_from: Option<DataClass>,
    /// `TRACING_PRIVACY_KEY` or `TRACING_PRIVACY_KEY_FILE`: the token keys.
    pub(crate) key: Option<KeySource>,
}

/// Where the token keys are.
pub(crate) enum KeySource {
    /// The text itself.
    Text(Zeroizing<String>),
    /// A file that holds the text.
    File(PathBuf),
}

impl Environment {
    /// Reads the environment of this process.
    pub(crate) fn from_process() -> Result<Self, Error> {
        Self::read(std::env::vars_os())
    }

    /// Reads variables. Those with other names are none of ours; an unknown one with our prefix, or with a name that is one
    /// slip away from one of ours, is an error, for it was meant to change something.
    pub(crate) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, Error> {
        let mut environment = Self::default();
        for (name, value) in variables {
            let name = name.to_string_lossy();
            if name.starts_with(PREFIX) || is_slip(&name) {
                environment.set(&name, value)?;
            }
        }
        Ok(environment)
    }

    /// The token keys, if there are any.
    pub(crate) fn key_ring(&self) -> Result<Option<KeyRing>, Error> {
        let Some(key) = &self.key else { return Ok(None) };
        KeyRing::parse(&key.text()?).map(Some).map_err(|error| key.bad(&error))
    }

    fn set(&mut self, name: &str, value: OsString) -> Result<(), Error> {
        match name {
            RULES => self.rules = Some(PathBuf::from(not_empty(name, value)?)),
            PROFILE => self.profile = Some(utf8(name, not_empty(name, value)?)?.trim().to_owned()),
            MODE => self.mode = Some(word(name, value, &MODES)?),
            MASK_FROM => self.mask_from = Some(word(name, value, &CLASSES)?),
            KEY => self.set_key(KeySource::Text(utf8(name, not_empty(name, value)?)?))?,
            KEY_FILE => self.set_key(KeySource::File(PathBuf::from(not_empty(name, value)?)))?,
            _ => {
                let hint = suggest::hint(name, KNOWN);
                return Err(Error::plain(format!("unknown environment variable {}", quoted(name)), Some(hint)));
            }
        }
        Ok(())
    }

    fn set_key(&mut self, source: KeySource) -> Result<(), Error> {
        if self.key.is_some() {
            let hint = "unset one of them".to_owned();
            return Err(Error::plain(format!("{KEY} and {KEY_FILE} are both set"), Some(hint)));
        }
        self.key = Some(source);
        Ok(())
    }
}

impl KeySource {
    /// What is wrong with the keys, and which variable they came from.
    fn bad(&self, error: &KeyError) -> Error {
        let variable = match self {
            Self::Text(_) => KEY,
            Self::File(_) => KEY_FILE,
        };
        Error::plain(format!("{variable} holds no good key: {error}"), None)
    }

    /// The largest key file that is read, in bytes.
    const MAX_LEN: u64 = 64 << 10;

    /// The text of the keys; a file is read now.
    pub(crate) fn text(&self) -> Result<Zeroizing<String>, Error> {
        let path = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::File(path) => path,
        };
        let name = path.display();
        let mut file = File::open(path).map_err(|error| Error::io(path, error))?;
        // All at once, for a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX_LEN as usize + 2));
        (&mut file).take(Self::MAX_LEN + 1).read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
        if bytes.len() as u64 > Self::MAX_LEN {
            return Err(Error::plain(format!("the key file {name} is larger than 64 KiB"), None));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Error::plain(format!("the key file {name} is not UTF-8 text"), None))?;
        if text.trim().is_empty() {
            return Err(Error::plain(format!("the key file {name} is empty"), None));
        }
        Ok(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(..)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// Whether a name was probably meant to be one of ours: in other letters, or with one letter wrong, missing, too many or
/// in the other's place.
fn is_slip(name: &str) -> bool {
    let longest = KNOWN.iter().map(|known| known.len()).max().unwrap_or_default() + 1;
    if name.len() > longest || !name.is_ascii() {
        return false;
    }
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    KNOWN.iter().any(|known| strsim::osa_distance(&name, known) <= 1)
}

/// One of a few words. An unknown one is not shown: it may be a value in the wrong place.
fn word<T: Copy>(name: &str, value: OsString, known: &[(&str, T)]) -> Result<T, Error> {
    let value = utf8(name, not_empty(name, value)?)?;
    let found = known.iter().find(|(word, _)| *word == value.trim());
    found.map(|&(_, meant)| meant).ok_or_else(|| {
        let hint = suggest::hint(&value, known.iter().map(|(word, _)| *word));
        Error::plain(format!("the environment variable {name} has an unknown value"), Some(hint))
    })
}

fn not_empty(name: &str, value: OsString) -> Result<OsString, Error> {
    if value.to_string_lossy().trim().is_empty() {
        return Err(Error::plain(format!("the environment variable {name} is empty"), Some(format!("unset {name}"))));
    }
    Ok(value)
}

fn utf8(name: &str, value: OsString) -> Result<Zeroizing<String>, Error> {
    value.into_string().map(Zeroizing::new).map_err(|value| {
        drop(Zeroizing::new(value.into_encoded_bytes()));
        Error::plain(format!("the environment variable {name} is not UTF-8"), None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary-0123456789abcdef";

    fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Environment::read(variables).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_what_it_knows_and_leaves_the_rest() {
        let environment = read(&[("PATH", "/bin"), (RULES, "rules.toml"), (KEY, CANARY)]).expect("all is well");
        assert_eq!(environment.rules, Some(PathBuf::from("rules.toml")));
        let key = environment.key.as_ref().expect("it is set").text().expect("it is there");
        assert_eq!(*key, CANARY);
        assert!(!format!("{environment:?}").contains("canary"));
        assert!(read(&[("PATH", ""), ("TRACING", "x")]).expect("none of ours").rules.is_none());
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        assert_eq!(
            read(&[("TRACING_PRIVACY_RULE", CANARY)]).expect_err("unknown"),
            "unknown environment variable `TRACING_PRIVACY_RULE`\n  = help: did you mean `TRACING_PRIVACY_RULES`?"
        );
        for unknown in ["TRACING_PRIVACY_LOCKED", "TRACING_PRIVACY_PROFILES", PREFIX] {
            let error = read(&[(unknown, CANARY)]).expect_err("unknown");
            assert!(error.contains(unknown) && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_slip_in_the_first_words_of_a_name_is_an_error_too() {
        for slip in ["TRACING_PRIVCY_MODE", "tracing_privacy_mode", "TRACING-PRIVACY-MODE", "TRACINGPRIVACY_MODE"] {
            let error = read(&[(slip, "off")]).expect_err("a slip");
            assert!(error.contains(slip) && error.contains("did you mean `TRACING_PRIVACY_MODE`?"), "{error}");
        }
        for other in ["TRACING_PRIVATE_KEY", "TRACING_LEVEL", "PRIVACY_MODE", "MODE"] {
            assert!(read(&[(other, "off")]).is_ok(), "{other}");
        }
    }

    #[test]
    fn words_are_read_and_slips_in_them_are_errors() {
        let read_all = read(&[(PROFILE, "production"), (MODE, "observe"), (MASK_FROM, "public")]).expect("all is well");
        assert_eq!(read_all.profile.as_deref(), Some("production"));
        assert_eq!((read_all.mode, read_all.mask_from), (Some(Mode::Observe), Some(DataClass::Public)));
        for (name, slip, meant) in
            [(MODE, "enforced", "enforce"), (MODE, "OFF", "off"), (MASK_FROM, "publik", "public")]
        {
            let error = read(&[(name, slip)]).expect_err("a slip");
            let expected =
                format!("the environment variable {name} has an unknown value\n  = help: did you mean `{meant}`?");
            assert_eq!(error, expected);
        }
        let error = read(&[(MODE, CANARY)]).expect_err("no mode");
        assert!(error.contains("known here: `enforce`, `observe`, `off`") && !error.contains("canary"), "{error}");
    }

    #[test]
    fn two_sources_of_keys_are_an_error() {
        let error = read(&[(KEY_FILE, "key.txt"), (KEY, CANARY)]).expect_err("both");
        assert!(error.contains("both set") && !error.contains("canary"), "{error}");
    }

    #[test]
    fn an_empty_value_is_an_error() {
        for name in KNOWN {
            let error = read(&[(name, " ")]).expect_err("empty");
            assert!(error.starts_with(&format!("the environment variable {name} is empty")), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_is_not_utf8_is_an_error_without_the_key() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(b"canary\xff".to_vec());
        let error = Environment::read([(OsString::from(KEY), value)]).expect_err("not UTF-8").to_string();
        assert_eq!(error, "the environment variable TRACING_PRIVACY_KEY is not UTF-8");
    }

    #[test]
    fn key_files_that_cannot_be_used_are_errors_with_their_path() {
        let directory = std::env::temp_dir().join(format!("tracing-privacy-environment-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory for this test");
        let path = directory.join("key");
        let text = |contents: &[u8]| {
            std::fs::write(&path, contents).expect("a file for this test");
            KeySource::File(path.clone()).text().map_err(|error| error.to_string())
        };
        assert_eq!(*text(CANARY.as_bytes()).expect("all is well"), CANARY);
        let wrong: [&[u8]; 3] = [b"\n", b"canary\xff", &[b'x'; 70_000]];
        for contents in wrong {
            let error = text(contents).expect_err("cannot be used");
            assert!(error.contains("key file") && !error.contains("canary"), "{error}");
        }
        std::fs::remove_dir_all(&directory).expect("written by this test");
        let missing = KeySource::File(path).text().expect_err("missing").to_string();
        assert!(missing.starts_with("cannot read ") && missing.contains("help: "), "{missing}");
    }
}
