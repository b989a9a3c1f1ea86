//! From the file form to the compiled form, all at once: a policy that exists is a policy that works.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;

use super::inventory::{Inventory, KeyPattern, Rank};
use super::live::FileRead;
use super::rule::Rule;
use super::schema::Schema;
use super::settings::{Settled, SettledAudience};
use super::{Category, Compiled, DataClass, Exemptions, Fingerprint, Mode, Policy};
use crate::boundary::PlanCache;
use crate::detect::regex_rule::RegexRule;
use crate::detect::scanner::{Matcher, Scanner};
use crate::detect::validator::VALIDATORS;
use crate::detect::{BUILTIN, Detector};
use crate::mask::spec::MaskSpec;
use crate::mask::{Chain, KeyRing, MaskerSet, Reveals};
use crate::observe::{Counters, Observer};
use crate::rules::{
    Environment, Error, Extent, FieldRule, PACKS, PatternRule, RuleSwitch, RulesFile, Source, Unlisted, hint, pack,
    parse,
};

/// All that a policy is made of.
pub(super) struct Parts {
    pub(super) source: String,
    pub(super) files: Vec<(Source, RulesFile)>,
    pub(super) maskers: MaskerSet,
    pub(super) settled: Settled,
    pub(super) audiences: Vec<SettledAudience>,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// Compiles; the first mistake is the error.
pub(super) fn compile(mut parts: Parts) -> Result<Policy, Error> {
    if parts.maskers.key_ring.is_none() {
        parts.maskers.key_ring = key_ring(&parts.files)?;
    }
    let packs = packs(&parts.files)?;
    let mut policy = one(&parts, &packs, &parts.settled, None)?;
    let over = policy.arm_from(&parts.files, false)?;
    let mut audiences = BTreeMap::new();
    for audience in &parts.audiences {
        let policy = one(&parts, &packs, &audience.settled, Some(&audience.name))?;
        if audience.exemptions {
            policy.arm_from(&parts.files, true)?;
        }
        audiences.insert(audience.name.clone(), policy);
    }
    let compiled = Arc::get_mut(&mut policy.compiled).expect("nobody else holds the new policy");
    compiled.audiences = audiences;
    compiled.files = parts.files.iter().filter_map(|(source, _)| FileRead::of(source)).collect();
    compiled.warnings = over.into_iter().map(String::into_boxed_str).collect();
    Ok(policy)
}

/// Compiles the rules for one audience, or for everybody else.
fn one(
    parts: &Parts,
    packs: &[(Source, RulesFile)],
    settled: &Settled,
    audience: Option<&str>,
) -> Result<Policy, Error> {
    let Parts { source, files, maskers, observer, .. } = parts;
    let mut compiler = Compiler::new(files, maskers, settled);
    compiler.switches(files);
    for (source, file) in packs {
        compiler.file(source, file, false)?;
    }
    compiler.unknown_switch()?;
    for (source, file) in files {
        compiler.file(source, file, true)?;
    }
    compiler.no_truncated_card_beside_its_token()?;
    let schemas = files.iter().flat_map(|(source, file)| file.schemas.iter().map(move |rule| (source, rule)));
    let schemas = schemas.map(|(source, rule)| Schema::compile(source, rule)).collect::<Result<_, Error>>()?;
    let mut compiled = compiler.finish(source.clone(), schemas)?;
    let trial = Policy { compiled: Arc::new(compiled) };
    check_examples(&trial, files)?;
    // What the examples were masked by is no decision that anyone should hear of.
    compiled = Arc::into_inner(trial.compiled).expect("nobody else holds the trial policy");
    compiled.counters = Arc::new(compiled.counters.afresh());
    compiled.observer = observer.clone();
    compiled.mode = settled.settings.mode;
    compiled.settled = settled.clone();
    compiled.audience = audience.map(Box::from);
    compiled.fingerprint = Fingerprint::of(settled, audience, packs, files);
    Ok(Policy { compiled: Arc::new(compiled) })
}

/// The key ring that rules ask for where code gave none: that of the environment, or else a random one, if they say so.
fn key_ring(files: &[(Source, RulesFile)]) -> Result<Option<KeyRing>, Error> {
    let ephemeral = files.iter().any(|(_, file)| file.tokens.as_ref().is_some_and(|tokens| tokens.key.is_some()));
    if !ephemeral && !files.iter().any(|(_, file)| file.masks().any(MaskSpec::tokenizes)) {
        return Ok(None);
    }
    match Environment::from_process()?.key_ring()? {
        None if ephemeral => KeyRing::ephemeral().map(Some).map_err(|e| Error::plain(e.to_string(), None)),
        ring => Ok(ring),
    }
}

/// The packs that the files include, each once, in the order of the one list.
fn packs(files: &[(Source, RulesFile)]) -> Result<Vec<(Source, RulesFile)>, Error> {
    let mut wanted = Vec::new();
    for (source, file) in files {
        for include in &file.include {
            let name = include.get_ref().strip_prefix("builtin:").and_then(pack);
            wanted.push(name.map(|pack| pack.name).ok_or_else(|| {
                let all: Vec<String> = PACKS.iter().map(|pack| format!("builtin:{}", pack.name)).collect();
                let hint = hint(include.get_ref(), all.iter().map(String::as_str));
                Error::at(source, include.span(), "there is no such pack", Some(hint))
            })?);
        }
    }
    let included = PACKS.iter().filter(|pack| wanted.contains(&pack.name));
    included
        .map(|pack| {
            let source = Source::new(format!("builtin:{}", pack.name), pack.text);
            parse(&source).map(|file| (source, file))
        })
        .collect()
}

struct Compiler<'c> {
    maskers: &'c MaskerSet,
    mask_from: DataClass,
    unlisted: Unlisted,
    default_mask: Option<(&'c Source, &'c Spanned<MaskSpec>)>,
    switches: BTreeMap<&'c str, Switch<'c>>,
    rules: Vec<Rule>,
    keys: Vec<KeyPattern>,
    matchers: Vec<(u32, Matcher)>,
    pattern_names: BTreeMap<String, String>,
    places: Vec<(Source, std::ops::Range<usize>)>,
}

struct Switch<'c> {
    source: &'c Source,
    name: &'c Spanned<String>,
    switch: &'c RuleSwitch,
    used: bool,
}

/// What a field rule and a pattern rule have in common.
struct Common<'r> {
    name: &'r str,
    class: Option<DataClass>,
    category: Option<&'r Spanned<String>>,
    mask: Option<&'r Spanned<MaskSpec>>,
    extent: Extent,
    finds: Vec<Box<str>>,
    is_pattern: bool,
    place: std::ops::Range<usize>,
}

impl<'c> Compiler<'c> {
    fn new(files: &'c [(Source, RulesFile)], maskers: &'c MaskerSet, settled: &Settled) -> Self {
        Self {
            maskers,
            mask_from: settled.settings.mask_from,
            unlisted: settled.settings.unlisted,
            default_mask: files.iter().rev().find_map(|(source, file)| Some((source, file.defaults.mask.as_ref()?))),
            switches: BTreeMap::new(),
            rules: Vec::new(),
            keys: Vec::new(),
            matchers: Vec::new(),
            pattern_names: BTreeMap::new(),
            places: Vec::new(),
        }
    }

    fn switches(&mut self, files: &'c [(Source, RulesFile)]) {
        for (source, file) in files {
            for (name, switch) in &file.rules {
                let switch = Switch { source, name, switch: switch.get_ref(), used: false };
                self.switches.insert(name.get_ref(), switch);
            }
        }
    }

    fn file(&mut self, source: &Source, file: &RulesFile, own: bool) -> Result<(), Error> {
        for field in &file.fields {
            self.field(source, field, own)?;
        }
        for pattern in &file.patterns {
            self.pattern(source, pattern, own)?;
        }
        Ok(())
    }

    fn field(&mut self, source: &Source, field: &FieldRule, own: bool) -> Result<(), Error> {
        let Some(first) = field.keys.first() else {
            let place = field.name.as_ref().map_or(0..0, Spanned::span);
            return Err(Error::at(source, place, "a field has no keys", Some("write keys = [\"…\"]".to_owned())));
        };
        let name = field.name.as_ref().unwrap_or(first);
        let common = Common {
            name: name.get_ref(),
            class: field.class,
            category: field.category.as_ref(),
            mask: field.mask.as_ref(),
            extent: field.extent.unwrap_or(Extent::Value),
            finds: field.keys.iter().map(|key| key.get_ref().as_str().into()).collect(),
            is_pattern: false,
            place: name.span(),
        };
        let Some(rule) = self.rule(source, &common, own)? else { return Ok(()) };
        let masks = self.rules[rule as usize].class >= self.mask_from;
        let strictness = match self.rules[rule as usize].chain.reveals() {
            Reveals::Nothing => 1,
            Reveals::Parts | Reveals::Everything => 0,
        };
        let rank = Rank { segments: 0, plain: false, masks, own, strictness };
        for key in &field.keys {
            let pattern = KeyPattern::parse(key.get_ref(), rule, rank);
            self.keys.push(pattern.map_err(|message| Error::at(source, key.span(), message, None))?);
        }
        Ok(())
    }

    fn pattern(&mut self, source: &Source, pattern: &PatternRule, own: bool) -> Result<(), Error> {
        let name = pattern.name.get_ref();
        if let Some(first) = self.pattern_names.insert(name.clone(), source.name.clone()) {
            let hint =
                format!("the first is in {first}; to change a pack's rule write [rules] {name} = {{ mask = … }}");
            return Err(Error::at(source, pattern.name.span(), "two patterns have this name", Some(hint)));
        }
        let matcher = match (&pattern.detector, &pattern.regex) {
            (Some(detector), None) => Matcher::Native(self::detector(source, detector)?),
            (None, Some(regex)) => Matcher::Regex(Box::new(regex_rule(source, pattern, regex)?)),
            _ => {
                let message = "a pattern needs either a regex or a detector";
                return Err(Error::at(source, pattern.name.span(), message, None));
            }
        };
        let common = Common {
            name,
            class: pattern.class,
            category: pattern.category.as_ref(),
            mask: pattern.mask.as_ref(),
            extent: Extent::Value,
            finds: vec![one_form(&(&pattern.regex, &pattern.detector, &pattern.validate, &pattern.context))],
            is_pattern: true,
            place: pattern.name.span(),
        };
        let Some(rule) = self.rule(source, &common, own)? else { return Ok(()) };
        if self.rules[rule as usize].class >= self.mask_from {
            self.matchers.push((rule, matcher));
        }
        Ok(())
    }

    /// Compiles what all rules have; `None` if the rule is switched off. Switches are for rules of packs: who wants another
    /// rule of the application's `own` writes another, and one that is named like a pack's stays in its place.
    fn rule(&mut self, source: &Source, common: &Common<'_>, own: bool) -> Result<Option<u32>, Error> {
        let mut class = common.class.unwrap_or(DataClass::Confidential);
        let mut mask = common.mask.map(|mask| (source, mask)).or(self.default_mask);
        if let Some(switch) = self.switches.get_mut(common.name).filter(|_| !own) {
            switch.used = true;
            match switch.switch {
                RuleSwitch::Off => return Ok(None),
                RuleSwitch::On => {}
                RuleSwitch::Change { mask: own_mask, class: own_class } => {
                    class = own_class.unwrap_or(class);
                    mask = own_mask.as_ref().map(|mask| (switch.source, mask)).or(mask);
                }
            }
        }
        let category = match common.category {
            None => Category::SENSITIVE,
            Some(name) => Category::new(name.get_ref()).ok_or_else(|| {
                let hint = "a category is 1 to 32 of a–z, 0–9 and _, and starts with a letter".to_owned();
                Error::at(source, name.span(), "this is not a category's name", Some(hint))
            })?,
        };
        let chain = self.chain(mask)?;
        let index = u32::try_from(self.rules.len()).expect("a rules file is at most 4 MiB");
        self.rules.push(Rule {
            name: common.name.into(),
            category,
            class,
            chain,
            mask: one_form(&mask.map(|(_, mask)| mask)),
            finds: common.finds.clone(),
            is_pattern: common.is_pattern,
            extent: common.extent,
            masks: class >= self.mask_from,
        });
        self.places.push((source.clone(), common.place.clone()));
        Ok(Some(index))
    }

    /// The maskers of a rule; without any, it erases.
    fn chain(&self, mask: Option<(&Source, &Spanned<MaskSpec>)>) -> Result<Chain, Error> {
        let Some((source, mask)) = mask else { return Ok(Chain::erase()) };
        let chain = mask.get_ref().compile(self.maskers);
        chain.map_err(|error| Error::at(source, mask.span(), error.message, error.hint))
    }

    fn unknown_switch(&self) -> Result<(), Error> {
        match self.switches.values().find(|switch| !switch.used) {
            None => Ok(()),
            Some(Switch { source, name, .. }) => {
                let hint = hint(name.get_ref(), self.rules.iter().map(|rule| &*rule.name));
                Err(Error::at(source, name.span(), "no included pack has a rule of this name", Some(hint)))
            }
        }
    }

    /// PCI DSS 3.5.1: who holds a truncated and a hashed form of one card number can find the number. So where one rule
    /// of the payment category shows parts, none may tokenize.
    fn no_truncated_card_beside_its_token(&self) -> Result<(), Error> {
        let payment = |test: fn(&Chain) -> bool| {
            let rules = self.rules.iter().enumerate();
            rules
                .filter(|(_, rule)| rule.masks && rule.category == Category::PAYMENT)
                .find(|(_, rule)| test(&rule.chain))
        };
        let (Some((token, tokenizing)), Some((_, keeping))) = (payment(Chain::tokenizes), payment(Chain::keeps_parts))
        else {
            return Ok(());
        };
        let (source, place) = &self.places[token];
        let message = format!(
            "`{}` tokenizes payment data while `{}` shows parts of it; both together give the number away (PCI DSS 3.5.1)",
            tokenizing.name, keeping.name
        );
        let hint =
            format!("let both tokenize: [rules] {} = {{ mask = \"tokenize\" }}; or let both erase", keeping.name);
        Err(Error::at(source, place.clone(), message, Some(hint)))
    }

    fn finish(mut self, source: String, schemas: Box<[Schema]>) -> Result<Compiled, Error> {
        let unlisted_rule = u32::try_from(self.rules.len()).expect("a rules file is at most 4 MiB");
        let chain = self.chain(self.default_mask)?;
        let mask = one_form(&self.default_mask.map(|(_, mask)| mask));
        // What no rule names, and what a schema does not allow.
        self.rules.extend(["unlisted", "schema"].map(|name| Rule {
            name: name.into(),
            category: Category::SENSITIVE,
            class: DataClass::Confidential,
            chain: chain.clone(),
            mask: mask.clone(),
            finds: Vec::new(),
            is_pattern: false,
            extent: Extent::Value,
            masks: true,
        }));
        let patterns = self.matchers.iter().map(|(rule, _)| self.rules[*rule as usize].name.clone()).collect();
        let labels = self.rules.iter().map(Rule::label).collect();
        let scanner = Scanner::new(self.matchers).map_err(|message| Error::plain(message, None))?;
        Ok(Compiled {
            source: source.into(),
            rules: self.rules,
            patterns,
            exemptions: Exemptions::default(),
            warnings: Box::default(),
            files: Box::default(),
            inventory: Inventory::new(self.keys),
            scanner,
            mask_from: self.mask_from,
            unlisted: self.unlisted,
            unlisted_rule,
            schemas,
            schema_rule: unlisted_rule + 1,
            // Examples are tried with every rule in force.
            mode: Mode::Enforce,
            settled: Settled::default(),
            audience: None,
            audiences: BTreeMap::new(),
            fingerprint: Fingerprint::default(),
            counters: Arc::new(Counters::new(labels)),
            observer: None,
            plans: PlanCache::default(),
        })
    }
}

/// What can be compared with another of its kind, whatever it looks like in a file.
fn one_form(written: &impl Serialize) -> Box<str> {
    serde_json::to_string(written).expect("plain data serializes").into()
}

fn detector(source: &Source, name: &Spanned<String>) -> Result<&'static Detector, Error> {
    BUILTIN.iter().copied().find(|detector| detector.name == name.get_ref()).ok_or_else(|| {
        let hint = hint(name.get_ref(), BUILTIN.iter().map(|detector| detector.name));
        Error::at(source, name.span(), "there is no such detector", Some(hint))
    })
}

fn regex_rule(source: &Source, pattern: &PatternRule, regex: &Spanned<String>) -> Result<RegexRule, Error> {
    let validator = match &pattern.validate {
        None => None,
        Some(name) => Some(VALIDATORS.iter().find(|v| v.name == name.get_ref()).ok_or_else(|| {
            let hint = hint(name.get_ref(), VALIDATORS.iter().map(|validator| validator.name));
            Error::at(source, name.span(), "there is no such validator", Some(hint))
        })?),
    };
    let context: Vec<&str> = pattern.context.iter().map(|word| word.get_ref().as_str()).collect();
    RegexRule::new(regex.get_ref(), validator, &context)
        .map_err(|message| Error::at(source, regex.span(), format!("this regex is no good: {message}"), None))
}

/// A pattern's examples are a promise: in a policy they are kept, or it does not compile.
fn check_examples(policy: &Policy, files: &[(Source, RulesFile)]) -> Result<(), Error> {
    for (source, file) in files {
        let in_force = |name: &str| policy.compiled.rules.iter().any(|rule| rule.masks && &*rule.name == name);
        for pattern in file.patterns.iter().filter(|pattern| in_force(pattern.name.get_ref())) {
            let masked = |text: &str| policy.sanitize_text(text) != text;
            if let Some(example) = pattern.examples.iter().find(|example| !masked(example.get_ref())) {
                return Err(Error::at(source, example.span(), "nothing in this example is masked", None));
            }
            if let Some(example) = pattern.counterexamples.iter().find(|example| masked(example.get_ref())) {
                return Err(Error::at(source, example.span(), "something in this counterexample is masked", None));
            }
        }
    }
    Ok(())
}
