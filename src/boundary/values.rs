//! Hands sanitized fields on as `tracing` values.

use std::error::Error;

use tracing_core::Field;
use tracing_core::field::{DebugValue, FieldSet, Value, ValueSet, debug};

use super::buffer::{Fields, Kept};
use super::escape::Printed;
use super::plan::Plan;

/// Calls `then` with a value set of the sanitized fields.
///
/// A value set is made from an array, whose length is known when compiling: the smallest that fits is taken. The large
/// ones live on the heap.
pub(super) fn with_value_set<R>(plan: &Plan, fields: &Fields, then: impl FnOnce(&ValueSet<'_>) -> R) -> R {
    let names = plan.metadata().fields();
    match fields.kept.len() {
        0..=4 => on_stack::<4, R>(names, plan, fields, then),
        5..=8 => on_stack::<8, R>(names, plan, fields, then),
        9..=16 => on_stack::<16, R>(names, plan, fields, then),
        17..=32 => on_stack::<32, R>(names, plan, fields, then),
        33..=128 => on_stack::<128, R>(names, plan, fields, then),
        129..=1024 => on_heap::<1024, R>(names, plan, fields, then),
        // No callsite comes near that many: the compiler gives up long before.
        _ => on_heap::<65_536, R>(names, plan, fields, then),
    }
}

fn on_stack<const N: usize, R>(
    names: &FieldSet,
    plan: &Plan,
    fields: &Fields,
    then: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let Some(unused) = plan.field(0) else { return then(&names.value_set(&[])) };
    let given: [Given<'_>; N] = std::array::from_fn(|i| Given::nth(fields, i));
    let pairs: [Pair<'_>; N] = std::array::from_fn(|i| pair(plan, fields, unused, i, &given[i]));
    then(&names.value_set(&pairs))
}

fn on_heap<const N: usize, R>(
    names: &FieldSet,
    plan: &Plan,
    fields: &Fields,
    then: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let Some(unused) = plan.field(0) else { return then(&names.value_set(&[])) };
    let given: Vec<Given<'_>> = (0..N).map(|i| Given::nth(fields, i)).collect();
    let pairs: Vec<Pair<'_>> =
        given.iter().enumerate().map(|(i, given)| pair(plan, fields, unused, i, given)).collect();
    let pairs: Box<[Pair<'_>; N]> = match pairs.into_boxed_slice().try_into() {
        Ok(pairs) => pairs,
        Err(_) => unreachable!("exactly N were collected"),
    };
    then(&names.value_set(&*pairs))
}

type Pair<'a> = (&'a Field, Option<&'a (dyn Value + 'a)>);

fn pair<'a>(plan: &'a Plan, fields: &Fields, unused: &'a Field, i: usize, given: &'a Given<'a>) -> Pair<'a> {
    let field = fields.kept.get(i).and_then(|&(index, _)| plan.field(index));
    match field {
        Some(field) => (field, given.as_value()),
        None => (unused, None),
    }
}

/// A sanitized value, in a type that `tracing` takes.
enum Given<'a> {
    Nothing,
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F64(f64),
    Bytes(&'a [u8]),
    Str(&'a str),
    Printed(DebugValue<Printed<'a>>),
    Error(&'a (dyn Error + 'static)),
}

impl<'a> Given<'a> {
    fn nth(fields: &'a Fields, i: usize) -> Self {
        let Some((_, kept)) = fields.kept.get(i) else { return Self::Nothing };
        match kept {
            Kept::Bool(value) => Self::Bool(*value),
            Kept::I64(value) => Self::I64(*value),
            Kept::U64(value) => Self::U64(*value),
            Kept::I128(value) => Self::I128(*value),
            Kept::U128(value) => Self::U128(*value),
            Kept::F64(value) => Self::F64(*value),
            Kept::Bytes(range) => Self::Bytes(&fields.bytes[range.clone()]),
            Kept::Str(range) => Self::Str(&fields.text[range.clone()]),
            Kept::Printed { text, forges } => Self::Printed(debug(Printed::new(&fields.text[text.clone()], *forges))),
            Kept::Error(index) => Self::Error(&fields.errors[*index]),
        }
    }

    fn as_value(&self) -> Option<&(dyn Value + '_)> {
        match self {
            Self::Nothing => None,
            Self::Bool(value) => Some(value),
            Self::I64(value) => Some(value),
            Self::U64(value) => Some(value),
            Self::I128(value) => Some(value),
            Self::U128(value) => Some(value),
            Self::F64(value) => Some(value),
            Self::Bytes(value) => Some(value),
            Self::Str(value) => Some(value),
            Self::Printed(value) => Some(value),
            Self::Error(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use tracing_core::callsite::Callsite;
    use tracing_core::field::Visit;
    use tracing_core::metadata::Kind;
    use tracing_core::subscriber::Interest;
    use tracing_core::{Level, Metadata};

    use super::*;
    use crate::policy::Policy;

    struct Here;

    static HERE: Here = Here;
    static METADATA: Metadata<'static> = tracing_core::metadata! {
        name: "here",
        target: "test",
        level: Level::INFO,
        fields: &["a", "b", "c"],
        callsite: &HERE,
        kind: Kind::EVENT,
    };

    impl Callsite for Here {
        fn set_interest(&self, _: Interest) {}

        fn metadata(&self) -> &Metadata<'_> {
            &METADATA
        }
    }

    struct Sum(i64);

    impl Visit for Sum {
        fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

        fn record_i64(&mut self, field: &Field, value: i64) {
            assert_eq!(field.index() as i64, value % 3);
            self.0 += value;
        }
    }

    #[test]
    fn any_number_of_values_is_handed_on() {
        let plan = Policy::builtin().plan(&METADATA);
        for n in [0, 1, 4, 5, 8, 9, 16, 17, 32, 33, 128, 129, 1024, 1025_i64] {
            let kept = (0..n).map(|i| ((i % 3) as usize, Kept::I64(i))).collect();
            let fields = Fields { kept, ..Fields::default() };
            let mut sum = Sum(0);
            with_value_set(&plan, &fields, |values| values.record(&mut sum));
            assert_eq!(sum.0, n * (n - 1) / 2, "{n} values");
        }
    }
}
