//! Making a policy: from files, from code, from both.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;

use super::compile::{Parts, compile};
use super::settings::{InCode, settle};
use super::{Category, DataClass, Mode, Policy};
use crate::mask::spec::{MaskSpec, StepSpec};
use crate::mask::{KeyRing, Masker, MaskerSet};
use crate::observe::{Caught, Observer};
use crate::rules::{Environment, Error, FieldRule, PACKS, PatternRule, RulesFile, Source, parse};

/// The name of the rules file that is looked for in the working directory.
const DEFAULT_FILE: &str = "redaction-rules.toml";
/// The source of a policy of all packs.
const BUILT_IN: &str = "built-in";

/// Builds a [`Policy`] from rules files, packs and code.
///
/// ```
/// use tracing_privacy::{Category, DataClass, FieldBuilder, Mask, Policy};
///
/// let policy = Policy::builder()
///     .include("builtin:secrets")
///     .field(FieldBuilder::new(["badge", "*_badge"]).category(Category::PERSON).mask(Mask::keep(0, 2)))
///     .mask_from(DataClass::Internal)
///     .build()?;
/// assert_eq!(policy.sanitize_field("user_badge", "A-48213"), "*-***13");
/// # Ok::<(), tracing_privacy::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct PolicyBuilder {
    files: Vec<(Source, RulesFile)>,
    code: RulesFile,
    maskers: MaskerSet,
    settings: InCode,
    /// What the environment says, if it was asked for.
    environment: Option<Environment>,
    observer: Option<Arc<dyn Observer>>,
    source: Option<String>,
    error: Option<Error>,
    /// Whether anything is counted.
    counts: bool,
}

impl PolicyBuilder {
    pub(super) fn new() -> Self {
        Self {
            files: Vec::new(),
            code: RulesFile::empty(),
            maskers: MaskerSet { key_ring: None, custom: BTreeMap::new() },
            settings: InCode::default(),
            environment: None,
            observer: None,
            source: None,
            error: None,
            counts: true,
        }
    }

    /// Adds a rules file. It is read now; what is wrong with it is told when the policy is built.
    pub fn rules_file(self, path: impl AsRef<Path>) -> Self {
        self.source(Source::read(path.as_ref()))
    }

    /// Adds rules from a string of the form of a rules file.
    pub fn rules(self, rules: &str) -> Self {
        self.source(Ok(Source::new("<string>", rules)))
    }

    /// Adds what the environment asks for, whatever was said before or will be: profile, mode, `mask_from`, token keys and
    /// the file that `TRACING_PRIVACY_RULES` names. Where there is no such file and no rules are given in any other way,
    /// the rules are those of [`Policy::from_environment`].
    ///
    /// ```no_run
    /// # use tracing_privacy::Policy;
    /// let policy = Policy::builder().rules_file("/etc/shop/redaction-rules.toml").environment().build()?;
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn environment(self) -> Self {
        match Environment::from_process() {
            Ok(environment) => self.with_environment(environment),
            Err(error) => self.fail(error),
        }
    }

    pub(super) fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Includes a pack, such as `builtin:pii`. That it does not exist is told when the policy is built.
    pub fn include(mut self, pack: &str) -> Self {
        self.code.include.push(in_code(pack.to_owned()));
        self
    }

    /// Includes all packs but those that are an option (`builtin:internal_hosts`).
    pub fn include_all(mut self) -> Self {
        self.code.include.extend(all_packs());
        self.source.get_or_insert_with(|| BUILT_IN.to_owned());
        self
    }

    /// Adds an entry to the inventory.
    pub fn field(mut self, field: FieldBuilder) -> Self {
        self.code.fields.push(field.0);
        self
    }

    /// Adds a pattern.
    pub fn pattern(mut self, pattern: PatternBuilder) -> Self {
        self.code.patterns.push(pattern.0);
        self
    }

    /// Registers a masker of the application's own, so that rules may name it.
    pub fn masker(mut self, name: &str, masker: impl Masker) -> Self {
        self.maskers.custom.insert(name.to_owned(), Arc::new(masker));
        self
    }

    /// Gives the keys for tokens. Without them, rules that tokenize take those of the environment (`TRACING_PRIVACY_KEY`,
    /// `TRACING_PRIVACY_KEY_FILE`).
    pub fn key_ring(mut self, key_ring: KeyRing) -> Self {
        self.maskers.key_ring = Some(key_ring);
        self
    }

    /// Sets the lowest class that is masked, whatever the rules files say. A variable overrides it; a locked profile may
    /// refuse it.
    pub fn mask_from(mut self, class: DataClass) -> Self {
        self.settings.mask_from = Some(class);
        self
    }

    /// Names the profile, whatever the rules files say. `TRACING_PRIVACY_PROFILE` overrides it, unless it is locked and
    /// the other one is weaker. That it does not exist is told when the policy is built.
    pub fn profile(mut self, name: &str) -> Self {
        self.settings.profile = Some(name.to_owned());
        self
    }

    /// Sets the mode, whatever the rules files say. A variable overrides it; a locked profile may refuse it.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.settings.mode = Some(mode);
        self
    }

    /// Sets how long an exemption may be in force, whatever the rules files say; a locked profile may refuse it.
    pub fn max_exemption(mut self, length: Duration) -> Self {
        self.settings.max_exemption = Some(length);
        self
    }

    /// Sets how many bytes a `Debug`, a `Display` or an error may write, whatever the rules files say: what is longer becomes the name of
    /// its type, its size and, where there is a key, a token. A locked profile may refuse it.
    pub fn reduce_over(mut self, bytes: usize) -> Self {
        self.settings.reduce_over = Some(bytes);
        self
    }

    /// Sets who is told of every decision.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(Caught(observer)));
        self
    }

    /// Counts nothing, and tells of nothing: so that a benchmark can show what that costs.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    pub fn uncounted(mut self) -> Self {
        self.counts = false;
        self
    }

    /// Compiles the policy. One that was given no rules at all includes all packs.
    ///
    /// # Errors
    ///
    /// A rules file cannot be read or parsed; the environment is wrong; a profile does not exist, or is locked and something
    /// would weaken it; a rule is wrong: an unknown pack, masker, detector or
    /// validator, a regex that does not compile or is too large, a tokenizing rule without a key, two patterns of one
    /// name. The error's text shows the place and how to mend it.
    pub fn build(self) -> Result<Policy, Error> {
        let asks_environment = self.environment.is_some();
        let environment = self.environment.unwrap_or_default();
        let Self { mut files, mut code, mut maskers, settings, observer, mut source, error, counts, .. } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let key_ring = environment.key_ring()?;
        maskers.key_ring = maskers.key_ring.or(key_ring);
        let nothing = files.is_empty() && code.include.is_empty() && code.fields.is_empty() && code.patterns.is_empty();
        let default = || asks_environment.then(|| PathBuf::from(DEFAULT_FILE)).filter(|path| nothing && path.is_file());
        let from_variable = environment.rules.as_ref().map(|_| files.len());
        match environment.rules.clone().or_else(default) {
            Some(path) => files.push(read(Source::read(&path)?)?),
            None if nothing => {
                code.include.extend(all_packs());
                source = Some(BUILT_IN.to_owned());
            }
            None => {}
        }
        let source = source
            .or_else(|| files.first().map(|(source, _)| source.name.clone()))
            .unwrap_or_else(|| "<code>".to_owned());
        files.push((Source::new("<code>", ""), code));
        let (settled, audiences) = settle(&files, &settings, &environment, from_variable)?;
        compile(Parts { source, files, maskers, settled, audiences, observer, counts })
    }

    fn source(mut self, source: Result<Source, Error>) -> Self {
        match source.and_then(read) {
            Ok(file) => self.files.push(file),
            Err(error) => return self.fail(error),
        }
        self
    }

    /// The first mistake is the one that is told.
    fn fail(mut self, error: Error) -> Self {
        self.error.get_or_insert(error);
        self
    }
}

impl fmt::Debug for PolicyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyBuilder").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// An entry of the inventory, in code.
#[derive(Debug)]
#[must_use = "give it to `PolicyBuilder::field`"]
pub struct FieldBuilder(FieldRule);

impl FieldBuilder {
    /// An entry for these keys; see the rules file for how they are written. It is confidential and erased unless told
    /// otherwise.
    pub fn new<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        let keys = keys.into_iter().map(|key| in_code(key.into())).collect();
        Self(FieldRule { name: None, keys, class: None, category: None, mask: None, extent: None })
    }

    /// Sets the data class.
    pub fn class(mut self, class: DataClass) -> Self {
        self.0.class = Some(class);
        self
    }

    /// Sets the category.
    pub fn category(mut self, category: Category) -> Self {
        self.0.category = Some(in_code(category.as_str().to_owned()));
        self
    }

    /// Sets the masker, or chain of maskers.
    pub fn mask(mut self, mask: Mask) -> Self {
        self.0.mask = Some(in_code(mask.0));
        self
    }
}

/// A pattern, in code.
#[derive(Debug)]
#[must_use = "give it to `PolicyBuilder::pattern`"]
pub struct PatternBuilder(PatternRule);

impl PatternBuilder {
    /// A pattern of that name. If the regex has groups, the first that takes part is what is masked.
    pub fn new(name: &str, regex: &str) -> Self {
        Self(PatternRule {
            name: in_code(name.to_owned()),
            regex: Some(in_code(regex.to_owned())),
            detector: None,
            validate: None,
            context: Vec::new(),
            class: None,
            category: None,
            mask: None,
            source: None,
            examples: Vec::new(),
            counterexamples: Vec::new(),
        })
    }

    /// Asks a validator, such as `luhn`, too.
    pub fn validate(mut self, validator: &str) -> Self {
        self.0.validate = Some(in_code(validator.to_owned()));
        self
    }

    /// Only within 60 bytes of one of these words, in any case.
    pub fn context<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.0.context = words.into_iter().map(|word| in_code(word.into())).collect();
        self
    }

    /// Sets the data class.
    pub fn class(mut self, class: DataClass) -> Self {
        self.0.class = Some(class);
        self
    }

    /// Sets the category.
    pub fn category(mut self, category: Category) -> Self {
        self.0.category = Some(in_code(category.as_str().to_owned()));
        self
    }

    /// Sets the masker, or chain of maskers.
    pub fn mask(mut self, mask: Mask) -> Self {
        self.0.mask = Some(in_code(mask.0));
        self
    }
}

/// A masker or a chain of them, in code; what `mask = …` says in a rules file.
///
/// ```
/// use tracing_privacy::Mask;
/// let chain = Mask::named("lowercase").then(Mask::named("tokenize"));
/// let card = Mask::keep(6, 4);
/// # let _ = (chain, card);
/// ```
#[derive(Clone, Debug)]
pub struct Mask(MaskSpec);

impl Mask {
    /// The masker of that name: built in (`erase`, `tokenize` …) or registered.
    pub fn named(name: &str) -> Self {
        Self(MaskSpec(vec![StepSpec::Named(name.to_owned())]))
    }

    /// Shows the first and last letters and digits; so many of each at most.
    pub fn keep(first: usize, last: usize) -> Self {
        Self(MaskSpec(vec![StepSpec::Keep { first, last }]))
    }

    /// Always the same text.
    pub fn fixed(text: &str) -> Self {
        Self(MaskSpec(vec![StepSpec::Fixed(text.to_owned())]))
    }

    /// The range of that width in which a number lies.
    pub fn bucket(width: u64) -> Self {
        Self(MaskSpec(vec![StepSpec::Bucket(width)]))
    }

    /// This, then another.
    #[must_use]
    pub fn then(mut self, next: Mask) -> Self {
        self.0.0.extend(next.0.0);
        self
    }
}

fn read(source: Source) -> Result<(Source, RulesFile), Error> {
    parse(&source).map(|file| (source, file))
}

fn all_packs() -> impl Iterator<Item = Spanned<String>> {
    PACKS.iter().filter(|pack| pack.built_in).map(|pack| in_code(format!("builtin:{}", pack.name)))
}

/// Code has no place in a file.
fn in_code<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}
