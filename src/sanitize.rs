//! The one crossing: (key, value, policy) → safe text. All masking passes through here.
//!
//! A text is read, not rewritten: detectors, pairs and documents say where sensitive values stand; each becomes an
//! edit; what is outside of all edits is copied byte for byte. Most texts have no edit and are not copied at all.

mod edits;
mod finding;
mod forms;
mod hinted;
mod peel;
mod reader;
mod reduce;
mod scratch;
mod settle;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::detect::FEWEST_DIGITS;
use crate::detect::pair::is_nothing;
use crate::mask::{Applied, Chain, Reveals, Subject, is_own_mark, push_placeholder};
use crate::observe::{Decision, Fate, place};
use crate::policy::{Category, Compiled, DataClass, Mode, Parents, Policy};
use edits::Edits;
pub use finding::Finding;
use forms::Form;
pub(crate) use peel::peeled;
use reader::Reader;
pub(crate) use reduce::{LONGEST_NAME, Reduction, name_before};

/// What a policy does with the values of one field, decided once, from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Look inside the value.
    Scan,
    /// The same with its name before it, which says something to a detector: of texts, or of numbers, too.
    ScanHinted { numbers: bool },
    /// Mask the whole value by the rule of that index.
    Mask(u32),
    /// Erase the whole value: what the rule of that index would show of it is not for a value that was found by another member's word.
    Erase(u32),
    /// The inventory does not know the key, and the policy masks what it does not know. In a document the members
    /// inside are asked for.
    Unlisted(u32),
    /// Let no value through, by the rule of that index; the field disappears.
    Drop(u32),
}

impl Action {
    /// Whether the value is masked or dropped as a whole, whatever is in it.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::Mask(_) | Self::Erase(_) | Self::Drop(_))
    }

    /// Whether a number is looked at without its name.
    fn numbers_stand_alone(self) -> bool {
        matches!(self, Self::Scan | Self::ScanHinted { numbers: false })
    }

    /// Whether only what is found in the value is masked.
    pub(crate) fn is_scan(self) -> bool {
        matches!(self, Self::Scan | Self::ScanHinted { .. })
    }
}

/// What became of a value. Where a safe text is written to a buffer, it is appended if the value was masked; else nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sanitized {
    /// There was nothing to mask: the value may pass as it is.
    Clean,
    /// It was changed: what it is now, or a safe text in its place, may pass.
    Masked,
    /// It must not pass at all.
    Dropped,
}

/// A number as `tracing` hands it out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Signed(i128),
    Unsigned(u128),
    Float(f64),
    Bool(bool),
}

/// How many disguises, one within the other, a text is stripped of.
const MAX_DECODED: u8 = 3;

/// How deep documents inside strings of documents are read; what lies deeper is erased.
const MAX_DEPTH: usize = 16;

impl Policy {
    /// Sanitizes one text value; appends to `out` unless it is clean. Text need not be UTF-8; what is appended is,
    /// if `text` is.
    pub(crate) fn sanitize(&self, action: Action, field: &str, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        self.guarded(field, out, |out| match action {
            Action::Drop(rule) => self.compiled().drop(rule, field),
            Action::Mask(_) | Action::Erase(_) | Action::Unlisted(_) if text.is_empty() => Sanitized::Clean,
            Action::Mask(rule) | Action::Unlisted(rule) => self.compiled().mask(rule, field, text, out),
            Action::Erase(rule) => self.compiled().erase(rule, field, text, out),
            Action::Scan => self.compiled().scan(field, text, out),
            Action::ScanHinted { .. } => self.compiled().scan_hinted(field, text, out),
        })
    }

    /// Sanitizes one number.
    #[inline(always)]
    pub(crate) fn sanitize_number(&self, action: Action, field: &str, number: Number, out: &mut Vec<u8>) -> Sanitized {
        if action.numbers_stand_alone() && number.is_short() {
            return Sanitized::Clean;
        }
        self.sanitize_other_number(action, field, number, out)
    }

    /// The same of one that is long enough to be looked at, or that a rule names.
    #[inline(never)]
    fn sanitize_other_number(&self, action: Action, field: &str, number: Number, out: &mut Vec<u8>) -> Sanitized {
        let rule = match action {
            Action::Drop(rule) => return self.guarded(field, out, |_| self.compiled().drop(rule, field)),
            Action::Erase(rule) => {
                let text = number.text();
                return self.guarded(field, out, |out| self.compiled().erase(rule, field, text.as_bytes(), out));
            }
            Action::Mask(rule) | Action::Unlisted(rule) => rule,
            Action::Scan | Action::ScanHinted { .. } => {
                match number.digits().and_then(|digits| self.compiled().scanner.number(digits)) {
                    Some(rule) => rule,
                    None if action != (Action::ScanHinted { numbers: true }) => return Sanitized::Clean,
                    None => {
                        let text = number.text();
                        return self.guarded(field, out, |out| self.compiled().number_hinted(field, &text, out));
                    }
                }
            }
        };
        self.guarded(field, out, |out| self.compiled().mask(rule, field, number.text().as_bytes(), out))
    }

    /// [`Self::sanitize`]; and whether it is worth remembering that the text is clean in that field, whenever it comes again.
    ///
    /// Not where it is clean by an exemption or the word of a masker, where something is to be told of it, and where its
    /// [form](forms) is remembered already: then it was not read.
    pub(crate) fn sanitize_lasting(
        &self,
        action: Action,
        field: &str,
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> (Sanitized, bool) {
        let scanned = action.is_scan() && self.mode() == Mode::Enforce;
        // What is known of a form is known under no name.
        let form = if scanned && action == Action::Scan { Form::of(text) } else { None };
        if form.as_ref().is_some_and(|form| form.is_quiet(self)) {
            return (Sanitized::Clean, false);
        }
        let mut outcome = Sanitized::Dropped;
        let as_always = as_always(|| outcome = self.sanitize(action, field, text, out));
        let lasting = outcome == Sanitized::Clean && scanned && as_always;
        if lasting && let Some(form) = form {
            form.was_met(self, text);
        }
        (outcome, lasting)
    }

    /// Whether a value that says itself of which class it is passes as it is, in a field of which that is done.
    pub(crate) fn passes_typed(&self, action: Action, class: DataClass) -> bool {
        action.is_scan() && class < self.compiled().mask_from
    }

    /// Masks a value that says itself what it is: by the rule for its field's key, or else as rules without a mask do.
    pub(crate) fn sanitize_typed(
        &self,
        action: Action,
        field: &str,
        class: DataClass,
        category: &Category,
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Sanitized {
        let compiled = self.compiled();
        self.guarded(field, out, |out| match action {
            _ if text.is_empty() || compiled.exempts(field, None) => Sanitized::Clean,
            // It stands in a field that is dropped, and told of, in its turn.
            Action::Drop(_) => Sanitized::Dropped,
            Action::Mask(rule) => compiled.mask(rule, field, text, out),
            Action::Erase(rule) => compiled.erase(rule, field, text, out),
            Action::Scan | Action::ScanHinted { .. } | Action::Unlisted(_) => {
                let subject = Subject::new(category, class, "typed");
                compiled.mask_as(None, &subject, compiled.default_chain(), field, text, out)
            }
        })
    }

    /// Erases a value that is not read.
    pub(crate) fn erase_unread(&self, field: &str, out: &mut Vec<u8>) -> Sanitized {
        self.guarded(field, out, |out| {
            self.unreadable(field, out);
            Sanitized::Masked
        })
    }

    /// Runs `sanitize`, if the mode asks for it; should it ever panic, the value is erased and the application goes on.
    fn guarded(&self, field: &str, out: &mut Vec<u8>, sanitize: impl FnOnce(&mut Vec<u8>) -> Sanitized) -> Sanitized {
        if self.mode() == Mode::Off {
            return Sanitized::Clean;
        }
        let exemptions = &self.compiled().exemptions;
        let _whole = if exemptions.any() { exemptions.in_field(field) } else { None };
        let from = out.len();
        // What a panic leaves half-done: `out`, which is cut back, and scratch, which is lost.
        let outcome = catch_unwind(AssertUnwindSafe(|| sanitize(&mut *out)));
        let outcome = outcome.unwrap_or_else(|_| {
            out.truncate(from);
            self.unreadable(field, out);
            Sanitized::Masked
        });
        if self.mode() == Mode::Observe {
            out.truncate(from);
            return Sanitized::Clean;
        }
        outcome
    }

    /// What stands for a value that could not be read at all (its `Debug` panicked, its text is too large): appended to
    /// `out`, counted as a failure.
    pub(crate) fn unreadable(&self, field: &str, out: &mut Vec<u8>) {
        self.compiled().failed("unreadable", field, out);
    }
}

impl Compiled {
    /// Masks a whole value by a rule. Of a value that was printed with `Debug`, what stands around it stays.
    fn mask(&self, rule: u32, field: &str, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        let peeled = peel::peel(text);
        if peeled.value.is_empty() || is_nothing(&peeled.value) || self.exempts(field, Some(rule)) {
            return Sanitized::Clean;
        }
        let subject = self.subject(rule);
        let before = out.len();
        peeled.open(out);
        let from = out.len();
        let outcome = self.mask_as(Some(rule), &subject, &self.rule(rule).chain, field, &peeled.value, out);
        match outcome {
            Sanitized::Masked => peeled.close(from, out),
            Sanitized::Clean | Sanitized::Dropped => out.truncate(before),
        }
        outcome
    }

    /// Erases a whole value by a rule, with what was printed around it.
    fn erase(&self, rule: u32, field: &str, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        let value = peeled(text);
        if value.is_empty() || is_nothing(&value) || self.exempts(field, Some(rule)) {
            return Sanitized::Clean;
        }
        if is_own_mark(&value) {
            clean_only_now();
            return Sanitized::Clean;
        }
        push_placeholder(&self.rule(rule).category, out);
        self.erased(rule, field);
        Sanitized::Masked
    }

    fn mask_as(
        &self,
        rule: Option<u32>,
        subject: &Subject<'_>,
        chain: &Chain,
        field: &str,
        value: &[u8],
        out: &mut Vec<u8>,
    ) -> Sanitized {
        let from = out.len();
        let applied = chain.apply(value, subject, out);
        if applied != Applied::Dropped && &out[from..] == value {
            // Masked before, by us.
            out.truncate(from);
            clean_only_now();
            return Sanitized::Clean;
        }
        let fate = match applied {
            Applied::Replaced => Fate::MASKED,
            Applied::Dropped => Fate::DROPPED,
            Applied::Failed => Fate::FAILED,
        };
        self.decided(rule, subject, chain.masker_name(), field, fate);
        if applied == Applied::Dropped { Sanitized::Dropped } else { Sanitized::Masked }
    }

    /// Tells of a value that goes away with its field or member.
    pub(crate) fn drop(&self, rule: u32, field: &str) -> Sanitized {
        if self.exempts(field, Some(rule)) {
            return Sanitized::Clean;
        }
        self.decided(Some(rule), &self.subject(rule), "drop", field, Fate::DROPPED);
        Sanitized::Dropped
    }

    /// Looks inside a text.
    fn scan(&self, field: &str, text: &[u8], out: &mut Vec<u8>) -> Sanitized {
        self.read(field, text, |edits| edits.sanitize(text, out))
    }

    /// Reads a text, and makes something of its edits.
    fn read<R>(&self, field: &str, text: &[u8], make: impl FnOnce(&mut Edits) -> R) -> R {
        self.with_reader(field, |reader| reader.text(text, 0..text.len()), |(), edits| make(edits))
    }

    /// Has a reader of this thread do some work, and makes something of that and of the edits it left.
    fn with_reader<T, R>(
        &self,
        field: &str,
        work: impl FnOnce(&mut Reader<'_>) -> T,
        make: impl FnOnce(T, &mut Edits) -> R,
    ) -> R {
        let mut edits = scratch::take();
        let mut reader = Reader::new(self, field, 0, &mut edits);
        let worked = work(&mut reader);
        reader.end();
        let made = make(worked, &mut edits);
        scratch::keep(edits);
        made
    }

    /// What is done with a whole value that has this name, as another member says. (`unlisted` speaks of keys, not of names.) A rule that
    /// shows a part of what it masks erases it, for the other member may say something else than the value is.
    pub(crate) fn action_by_name(&self, name: &[u8], parents: &dyn Parents) -> Option<Action> {
        match self.action_in(name, parents) {
            Action::Mask(rule) if self.rule(rule).chain.reveals() != Reveals::Nothing => Some(Action::Erase(rule)),
            Action::Drop(rule) if rule == self.unlisted_rule => None,
            action => action.is_whole().then_some(action),
        }
    }

    /// Tells of a value that was erased whole, whatever its rule's masker would show.
    fn erased(&self, rule: u32, field: &str) {
        self.decided(Some(rule), &self.subject(rule), "erase", field, Fate::MASKED);
    }

    /// What stands for a document that lies deeper than is read.
    fn too_deep(&self, field: &str, out: &mut Vec<u8>) {
        self.failed("too_deep", field, out);
    }

    /// Erases a value that no rule was asked about, and tells why.
    fn failed(&self, why: &str, field: &str, out: &mut Vec<u8>) {
        let subject = Subject::new(&Category::SENSITIVE, DataClass::Confidential, why);
        push_placeholder(subject.category, out);
        self.decided(None, &subject, "erase", field, Fate::FAILED);
    }

    fn subject(&self, rule: u32) -> Subject<'_> {
        let rule = self.rule(rule);
        Subject::new(&rule.category, rule.class, &rule.name)
    }

    fn decided(&self, rule: Option<u32>, subject: &Subject<'_>, masker: &str, field: &str, fate: Fate) {
        if !self.counters.count_at_all() {
            return;
        }
        let fate = if self.mode == Mode::Enforce { fate } else { fate.and(Fate::OBSERVED) };
        match rule {
            Some(rule) => self.counters.decided_by(rule, masker, fate),
            None => self.counters.decided_without_rule(subject, masker, fate),
        }
        if let Some(observer) = &self.observer {
            observer.decided(&Decision {
                rule: subject.rule,
                category: subject.category,
                class: subject.class,
                masker,
                field,
                callsite: place(),
                policy: self.fingerprint(),
                failed: fate.is(Fate::FAILED),
                dropped: fate.is(Fate::DROPPED),
                enforced: !fate.is(Fate::OBSERVED),
                made_by: rule.map(|rule| (self.counters.id(), rule)),
            });
        }
    }
}

thread_local! {
    /// How many values passed on this thread that might not pass another time.
    static ONLY_NOW: Cell<u64> = const { Cell::new(0) };
}

/// Looks at something; whether what passed will pass each time.
fn as_always(look: impl FnOnce()) -> bool {
    let before = ONLY_NOW.get();
    look();
    ONLY_NOW.get() == before
}

/// Notes that a value passes now, by an exemption or the word of a masker, of which nothing follows for the next time.
pub(crate) fn clean_only_now() {
    ONLY_NOW.set(ONLY_NOW.get().wrapping_add(1));
}

impl Number {
    /// Whether it has too few digits to be looked at.
    #[inline(always)]
    fn is_short(self) -> bool {
        const LIMIT: u64 = 10u64.pow(FEWEST_DIGITS - 1);
        match self {
            Self::Unsigned(n) => n < LIMIT.into(),
            Self::Signed(n) => n < LIMIT.into(),
            Self::Float(n) => n < LIMIT as f64,
            Self::Bool(_) => true,
        }
    }

    /// The byte that it is, if it is one.
    pub(crate) fn byte(self) -> Option<u8> {
        match self {
            Self::Unsigned(n) => n.try_into().ok(),
            Self::Signed(n) => n.try_into().ok(),
            Self::Float(_) | Self::Bool(_) => None,
        }
    }

    /// The digits of a whole number that is not negative.
    fn digits(self) -> Option<u128> {
        match self {
            Self::Unsigned(n) => Some(n),
            Self::Signed(n) => u128::try_from(n).ok(),
            // Every whole number below 2^53 is exact; a card number that is larger was damaged before it came here,
            // and all its digits but the last still stand.
            Self::Float(n) if n >= 0.0 && n.fract() == 0.0 && n < 1e20 => Some(n as u128),
            Self::Float(_) | Self::Bool(_) => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Unsigned(n) => n.to_string(),
            Self::Signed(n) => n.to_string(),
            Self::Float(n) => n.to_string(),
            Self::Bool(b) => b.to_string(),
        }
    }
}
