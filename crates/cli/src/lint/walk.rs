//! Walks through a file and gives all statements that log or print, with what is known of their values.

mod bind;
mod instrumented;
mod macros;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item};

use super::expression::Reader;
use super::index::Index;
use super::keys::Keys;
use super::place::Place;
use super::scope::Scope;
use super::statement::{Field, FieldOrigin, Kind, Statement};
use super::syntax::format_string::Form;
use super::types::Ty;

/// All statements of a file, in its order. `module`: the path of the file's module. `tests`: whether tests are looked into.
pub(super) fn statements(
    file: &syn::File,
    module: Option<String>,
    index: &Index,
    keys: &Keys<'_>,
    tests: bool,
) -> Vec<Statement> {
    let is_in_tests = module.as_deref().is_some_and(|module| index.is_test(module));
    if !tests && (is_in_tests || is_test(&file.attrs)) {
        return Vec::new();
    }
    let reader = Reader { keys, index, scope: Scope::default(), this: None };
    let mut walker = Walker { reader, module, functions: Vec::new(), tests, statements: Vec::new() };
    walker.visit_file(file);
    walker.statements.sort_by_key(|statement| statement.line);
    walker.statements
}

struct Walker<'w> {
    reader: Reader<'w>,
    module: Option<String>,
    /// The functions around, with the type of the outermost.
    functions: Vec<String>,
    tests: bool,
    statements: Vec<Statement>,
}

impl<'ast> Visit<'ast> for Walker<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if self.tests || !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outer = self.module.clone();
        if let Some(module) = &mut self.module {
            module.push_str("::");
            module.push_str(&item.ident.to_string());
        }
        visit::visit_item_mod(self, item);
        self.module = outer;
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let ty = Ty::read(&item.self_ty);
        self.functions.push(ty.name.clone());
        let outer = self.reader.this.replace(ty);
        visit::visit_item_impl(self, item);
        self.reader.this = outer;
        self.functions.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let outer = std::mem::take(&mut self.reader.scope);
        self.function(&item.attrs, &item.sig, Some(&item.block));
        self.reader.scope = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if self.tests || !is_test(&item.attrs) {
            self.function(&item.attrs, &item.sig, Some(&item.block));
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(&item.attrs, &item.sig, item.default.as_ref());
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.reader.scope.enter();
        visit::visit_block(self, block);
        self.reader.scope.leave();
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        let known = local.init.as_ref().map(|init| self.reader.local(&init.expr)).unwrap_or_default();
        self.bind(&local.pat, &known);
    }

    fn visit_expr_let(&mut self, item: &'ast syn::ExprLet) {
        self.visit_expr(&item.expr);
        let known = self.reader.local(&item.expr);
        self.bind(&item.pat, &known);
    }

    fn visit_expr_if(&mut self, item: &'ast syn::ExprIf) {
        self.reader.scope.enter();
        self.visit_expr(&item.cond);
        self.visit_block(&item.then_branch);
        self.reader.scope.leave();
        if let Some((_, other)) = &item.else_branch {
            self.visit_expr(other);
        }
    }

    fn visit_expr_while(&mut self, item: &'ast syn::ExprWhile) {
        self.reader.scope.enter();
        visit::visit_expr_while(self, item);
        self.reader.scope.leave();
    }

    fn visit_expr_for_loop(&mut self, item: &'ast syn::ExprForLoop) {
        self.visit_expr(&item.expr);
        self.reader.scope.enter();
        let mut each = self.reader.local(&item.expr);
        each.ty = each.ty.and_then(|ty| self.reader.index.element(&ty));
        self.bind(&item.pat, &each);
        self.visit_block(&item.body);
        self.reader.scope.leave();
    }

    fn visit_expr_match(&mut self, item: &'ast syn::ExprMatch) {
        self.visit_expr(&item.expr);
        let known = self.reader.local(&item.expr);
        for arm in &item.arms {
            self.reader.scope.enter();
            self.bind(&arm.pat, &known);
            visit::visit_arm(self, arm);
            self.reader.scope.leave();
        }
    }

    fn visit_expr_closure(&mut self, item: &'ast syn::ExprClosure) {
        self.reader.scope.enter();
        item.inputs.iter().for_each(|input| self.bind(input, &Default::default()));
        self.visit_expr(&item.body);
        self.reader.scope.leave();
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        match call.method.to_string().as_str() {
            "record" => self.record(call),
            "expect" => self.expect(call),
            _ => {}
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let path: Vec<_> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.called(&path, item.path.segments.last().map(|last| last.ident.span()), &item.tokens);
    }
}

impl Walker<'_> {
    /// `span.record("key", &value)`
    fn record(&mut self, call: &syn::ExprMethodCall) {
        let [key @ Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }), value] =
            &call.args.iter().collect::<Vec<_>>()[..]
        else {
            return;
        };
        let value = self.reader.value(value, Form::Display);
        let field = Field { key: name.value(), place: Place::of_tokens(key), origin: FieldOrigin::Written, value };
        let statement = self.statement(Kind::Record, "record", Place::of(call.method.span()));
        self.statements.push(Statement { fields: vec![field], ..statement });
    }

    /// `.expect(&format!("…"))`
    fn expect(&mut self, call: &syn::ExprMethodCall) {
        let Some(message) = call.args.first().filter(|_| call.args.len() == 1) else { return };
        let value = self.reader.value(message, Form::Display);
        if value.carried.is_some() {
            let statement = self.statement(Kind::Panic, "expect", Place::of(call.method.span()));
            self.statements.push(Statement { values: vec![value], ..statement });
        }
    }

    fn statement(&self, kind: Kind, name: &str, place: Place) -> Statement {
        Statement {
            kind,
            name: name.to_owned(),
            level: None,
            target: self.module.clone(),
            function: self.functions.join("::"),
            line: place.line,
            fields: Vec::new(),
            values: Vec::new(),
        }
    }
}

/// Whether something is only there in tests.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Some(last) = attribute.path().segments.last().map(|last| last.ident.to_string()) else { return false };
        match last.as_str() {
            "test" | "bench" | "rstest" | "test_case" | "proptest" => true,
            "cfg" => match &attribute.meta {
                syn::Meta::List(list) => {
                    let tokens = list.tokens.to_string();
                    let is_word =
                        |word: &str| tokens.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word);
                    is_word("test") && !is_word("not") && !is_word("any")
                }
                _ => false,
            },
            _ => false,
        }
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        _ => &[],
    }
}
