//! Functions, and what `#[instrument]` records of them.

use syn::visit::Visit as _;
use syn::{Attribute, FnArg, Pat, Signature};

use super::Walker;
use super::macros::level_of;
use crate::lint::place::Place;
use crate::lint::scope::Local;
use crate::lint::statement::{Field, FieldOrigin, Kind, Statement};
use crate::lint::syntax::format_string::Form;
use crate::lint::syntax::instrument::{Instrument, instrument};
use crate::lint::types::Ty;

impl Walker<'_> {
    /// Looks at a function, with its arguments as variables.
    pub(super) fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: Option<&syn::Block>) {
        self.functions.push(signature.ident.to_string());
        self.reader.scope.enter();
        for input in &signature.inputs {
            if let FnArg::Typed(input) = input {
                let ty = self.read_type(&input.ty);
                self.bind(&input.pat, &Local { ty, ..Local::default() });
            }
        }
        if let Some(asked) = instrument(attributes) {
            let statement = self.instrumented(&asked, signature);
            self.statements.push(statement);
            asked.fields.iter().for_each(|field| self.visit_expr(&field.value));
        }
        if let Some(body) = body {
            self.visit_block(body);
        }
        self.reader.scope.leave();
        self.functions.pop();
    }

    fn instrumented(&self, asked: &Instrument, signature: &Signature) -> Statement {
        let mut fields = self.reader.fields(&asked.fields);
        // A field that was written goes before an argument of the same name.
        let written: Vec<String> = fields.iter().map(|field| field.key.clone()).collect();
        let mut arguments = Vec::new();
        if !asked.skip_all {
            signature.inputs.iter().for_each(|input| self.arguments(input, &mut arguments));
        }
        arguments.retain(|field: &Field| !asked.skipped.contains(&field.key) && !written.contains(&field.key));
        fields.extend(arguments);
        fields.extend(self.outcomes(asked, signature));
        let level = asked.level.as_ref().map_or(Some("info".to_owned()), level_of);
        let target = asked.target.as_ref().map_or_else(|| self.module.clone(), |target| self.text(target));
        let statement = self.statement(Kind::Instrument, "#[instrument]", Place::of(asked.span));
        Statement { level, target, fields, ..statement }
    }

    /// The fields that an argument becomes.
    fn arguments(&self, input: &FnArg, into: &mut Vec<Field>) {
        match input {
            FnArg::Receiver(receiver) => {
                let place = Place::of(receiver.self_token.span);
                let value = self.reader.of_type(self.reader.this.clone(), Form::Debug, place);
                into.push(Field { key: "self".to_owned(), place, origin: FieldOrigin::Argument, value });
            }
            FnArg::Typed(input) => self.names(&input.pat, into),
        }
    }

    fn names(&self, pattern: &Pat, into: &mut Vec<Field>) {
        match pattern {
            Pat::Ident(ident) => {
                let place = Place::of(ident.ident.span());
                let key = ident.ident.to_string().trim_start_matches("r#").to_owned();
                let ty = self.reader.scope.get(&key).and_then(|local| local.ty.clone());
                let carried = self.reader.by_name(&key, place);
                let mut value = self.reader.of_type(ty, Form::Debug, place);
                value.carried = carried;
                into.push(Field { key, place, origin: FieldOrigin::Argument, value });
            }
            Pat::Reference(inner) => self.names(&inner.pat, into),
            Pat::Struct(inner) => inner.fields.iter().for_each(|field| self.names(&field.pat, into)),
            Pat::Tuple(inner) => inner.elems.iter().for_each(|pattern| self.names(pattern, into)),
            Pat::TupleStruct(inner) => inner.elems.iter().for_each(|pattern| self.names(pattern, into)),
            _ => {}
        }
    }

    /// What `ret` and `err` record.
    fn outcomes(&self, asked: &Instrument, signature: &Signature) -> Vec<Field> {
        let mut fields = Vec::new();
        let returned = match &signature.output {
            syn::ReturnType::Type(_, ty) => self.read_type(ty),
            syn::ReturnType::Default => None,
        };
        let is_result = returned.as_ref().is_some_and(|ty| ty.name == "Result");
        if let Some((span, form)) = asked.ret {
            let place = Place::of(span);
            // With `err`, only what is `Ok` is returned.
            let ty = returned.clone().map(|ty| if is_result && asked.err.is_some() { ty.inner().clone() } else { ty });
            let carried = self.reader.named(&signature.ident.to_string(), ty.as_ref(), place);
            let mut value = self.reader.of_type(ty, form, place);
            value.carried = carried;
            fields.push(Field { key: "return".to_owned(), place, origin: FieldOrigin::Returned, value });
        }
        if let Some((span, form)) = asked.err {
            let place = Place::of(span);
            let ty: Option<Ty> = returned.filter(|_| is_result).and_then(|ty| ty.arguments.get(1).cloned());
            let value = self.reader.of_type(ty, form, place);
            fields.push(Field { key: "error".to_owned(), place, origin: FieldOrigin::Failed, value });
        }
        fields
    }
}
