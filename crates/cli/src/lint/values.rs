//! From arguments of macros to values.

use proc_macro2::Literal;
use syn::{Expr, Lit};

use super::expression::{Reader, is_made_safe};
use super::place::Place;
use super::statement::{Field, FieldOrigin, Value};
use super::syntax::arguments::{self, Arguments, Key, Message};
use super::syntax::format_string::{Argument, Form, placeholders};
use super::types::Ty;

impl Reader<'_> {
    /// The fields that were written.
    pub(super) fn fields(&self, fields: &[arguments::Field]) -> Vec<Field> {
        let key = |key: &Key| match key {
            Key::Name(name) => Some(name.clone()),
            Key::Constant(Expr::Path(path)) => {
                self.index.constant(&path.path.segments.last()?.ident.to_string()).map(str::to_owned)
            }
            Key::Constant(_) => None,
        };
        let field = |field: &arguments::Field| {
            let value = self.value(&field.value, field.form);
            Some(Field { key: key(&field.key)?, place: field.place, origin: FieldOrigin::Written, value })
        };
        fields.iter().filter_map(field).collect()
    }

    /// What is printed without a key: values of their own, and those in the message.
    pub(super) fn printed(&self, arguments: &Arguments) -> Vec<Value> {
        let mut values: Vec<_> = arguments.values.iter().map(|value| self.value(value, Form::Debug)).collect();
        values.extend(arguments.message.iter().flat_map(|message| self.message(message)));
        // What is printed twice is told once.
        let mut places = Vec::new();
        values.retain(|value: &Value| {
            let is_new = !places.contains(&value.place);
            places.push(value.place);
            is_new
        });
        values
    }

    pub(super) fn value(&self, expression: &Expr, form: Form) -> Value {
        let form = wrapped_form(expression).unwrap_or(form);
        let ty = self.ty(expression);
        let carried = self.carried(expression);
        let place = carried.as_ref().map_or_else(|| Place::of_tokens(expression), |carried| carried.place);
        let guarded = ty.as_ref().is_some_and(|ty| {
            let inner = ty.unwrapped();
            !self.index.defines(inner) && (inner.is_guarded() || ty.is_no_data())
        });
        let is_safe = guarded || is_constant(expression) || carried.is_none() && is_made_safe(expression);
        Value { carried, is_safe, ..self.of_type(ty, form, place) }
    }

    /// A value of which only the type is known.
    pub(super) fn of_type(&self, ty: Option<Ty>, form: Form, place: Place) -> Value {
        let exposed = ty.as_ref().map_or_else(Vec::new, |ty| self.index.exposed(ty, form, self.keys));
        let ty = ty.map_or_else(String::new, |ty| ty.unwrapped().name.clone());
        Value { place, carried: None, ty, exposed, is_safe: false, is_masked: false }
    }

    fn message(&self, message: &Message) -> Vec<Value> {
        let Some(template) = &message.template else {
            return message.arguments.iter().map(|(_, value)| self.value(value, Form::Display)).collect();
        };
        let text = template.to_string();
        let context = Context::of(template);
        let mut values = Vec::new();
        for (nth, placeholder) in placeholders(&text, true).into_iter().enumerate() {
            let argument = match &placeholder.argument {
                Argument::Position(at) => message.arguments.get(*at).map(|(_, value)| value),
                Argument::Name(name) => {
                    let named = message.arguments.iter().find(|(known, _)| known.as_deref() == Some(name));
                    named.map(|(_, value)| value)
                }
            };
            let mut value = match (argument, placeholder.argument) {
                (Some(argument), _) => self.value(argument, placeholder.form),
                (None, Argument::Name(name)) => {
                    let place = Place::in_literal(template.span().start(), &text, placeholder.range);
                    let ty = self.scope.get(&name).and_then(|local| local.ty.clone());
                    Value { carried: self.by_name(&name, place), ..self.of_type(ty, placeholder.form, place) }
                }
                (None, Argument::Position(_)) => continue,
            };
            value.is_masked = value.carried.is_some() && context.masks(nth, self);
            values.push(value);
        }
        values
    }
}

/// The text of a message, in pieces between its placeholders.
struct Context {
    pieces: Vec<String>,
}

impl Context {
    fn of(template: &Literal) -> Self {
        let text = match Lit::new(template.clone()) {
            Lit::Str(text) => text.value(),
            _ => String::new(),
        };
        let (mut pieces, mut from) = (Vec::new(), 0);
        for placeholder in placeholders(&text, false) {
            pieces.push(text[from..placeholder.whole.start].to_owned());
            from = placeholder.whole.end;
        }
        pieces.push(text[from..].to_owned());
        Self { pieces }
    }

    /// Whether the policy masks what stands in that placeholder, for the text around it.
    fn masks(&self, nth: usize, reader: &Reader<'_>) -> bool {
        const OTHER: &str = "x";
        if nth + 1 >= self.pieces.len() {
            return false;
        }
        reader.keys.masks_between(&self.pieces[..=nth].join(OTHER), &self.pieces[nth + 1..].join(OTHER))
    }
}

/// How `field::debug(&x)` and `field::display(&x)` print.
fn wrapped_form(expression: &Expr) -> Option<Form> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Path(path) = &*call.func else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "debug" => Some(Form::Debug),
        "display" => Some(Form::Display),
        _ => None,
    }
}

/// A literal, or a field that gets its value later.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(_) => true,
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Empty"),
        _ => false,
    }
}
