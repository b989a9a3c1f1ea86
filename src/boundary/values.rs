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
    let mut made = [const { None }; N];
    let mut pairs: [Pair<'_>; N] = [(unused, None); N];
    fill(&mut pairs, plan, fields, &mut made);
    then(&names.value_set(&pairs))
}

fn on_heap<const N: usize, R>(
    names: &FieldSet,
    plan: &Plan,
    fields: &Fields,
    then: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let Some(unused) = plan.field(0) else { return then(&names.value_set(&[])) };
    let mut made: Vec<Option<Made<'_>>> = fields.kept.iter().map(|_| None).collect();
    let mut pairs: Box<[Pair<'_>; N]> = match vec![(unused, None); N].into_boxed_slice().try_into() {
        Ok(pairs) => pairs,
        Err(_) => unreachable!("exactly N were made"),
    };
    fill(&mut *pairs, plan, fields, &mut made);
    then(&names.value_set(&*pairs))
}

type Pair<'a> = (&'a Field, Option<&'a (dyn Value + 'a)>);

fn fill<'a>(pairs: &mut [Pair<'a>], plan: &'a Plan, fields: &'a Fields, made: &'a mut [Option<Made<'a>>]) {
    for ((pair, (index, kept)), made) in pairs.iter_mut().zip(&fields.kept).zip(made) {
        if let Some(field) = plan.field(*index) {
            *pair = (field, Some(as_value(kept, fields, made)));
        }
    }
}

/// What of a sanitized value must be made anew to be one that `tracing` takes.
enum Made<'a> {
    I128(i128),
    U128(u128),
    Bytes(&'a [u8]),
    Str(&'a str),
    Printed(DebugValue<Printed<'a>>),
    Error(&'a (dyn Error + 'static)),
}

/// A value that `tracing` takes; what it needs besides `kept` is put into `made`.
fn as_value<'a>(kept: &'a Kept, fields: &'a Fields, made: &'a mut Option<Made<'a>>) -> &'a (dyn Value + 'a) {
    match made.insert(match kept {
        Kept::Bool(value) => return value,
        Kept::I64(value) => return value,
        Kept::U64(value) => return value,
        Kept::F64(value) => return value,
        Kept::I128(value) => Made::I128(i128::from_ne_bytes(*value)),
        Kept::U128(value) => Made::U128(u128::from_ne_bytes(*value)),
        Kept::Bytes(range) => Made::Bytes(&fields.bytes[range.clone()]),
        Kept::Str(range) => Made::Str(&fields.text[range.clone()]),
        Kept::Printed(range) => Made::Printed(debug(Printed(&fields.text[range.clone()]))),
        Kept::Error(index) => Made::Error(fields.errors.get(*index)),
    }) {
        Made::I128(value) => value,
        Made::U128(value) => value,
        Made::Bytes(value) => value,
        Made::Str(value) => value,
        Made::Printed(value) => value,
        Made::Error(value) => value,
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
