//! Guarded bodies: of functions under the attribute or that take a permit, and of `guard.run`.

use quote::ToTokens as _;
use syn::{Attribute, Expr, FnArg, Meta, Pat, Signature, Type, UnOp, visit::Visit};

use super::region::{Body, Has, type_name};
use crate::{names::Names, source::SourceFile};

/// One guarded body.
pub(super) struct Guarded<'r> {
    pub(super) body: Body<'r>,
    /// The names of its permits.
    pub(super) permits: Vec<String>,
    /// Parameters that nobody is shown.
    pub(super) skipped: Vec<String>,
    pub(super) inside: String,
}

/// All of a file.
pub(super) fn of<'r>(file: &'r SourceFile, names: &'r Names<'_>) -> Vec<Guarded<'r>> {
    let mut find = Find { names, path: Vec::new(), found: Vec::new() };
    find.visit_file(&file.tree);
    find.found
}

struct Find<'r, 'a> {
    names: &'r Names<'a>,
    path: Vec<String>,
    found: Vec<Guarded<'r>>,
}

impl<'r> Find<'r, '_> {
    fn function(&mut self, attributes: &'r [Attribute], sig: &'r Signature, block: &'r syn::Block) {
        let attribute =
            attributes.iter().find(|a| self.names.is_ours(a.path(), "requires_permission"));
        let permits: Vec<String> = sig.inputs.iter().filter_map(|i| self.permit(i)).collect();
        if attribute.is_some() || !permits.is_empty() {
            self.found.push(Guarded {
                body: Body::Block(block),
                permits,
                skipped: attribute.map(skipped).unwrap_or_default(),
                inside: self.path.join("::"),
            });
        }
    }

    fn permit(&self, input: &FnArg) -> Option<String> {
        let FnArg::Typed(typed) = input else { return None };
        takes_permit(&typed.ty, self.names).then(|| name(&typed.pat))?
    }

    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.path.push(name);
        visit(self);
        self.path.pop();
    }
}

/// Whether a type is a permit, or a reference to one.
pub(super) fn takes_permit(ty: &Type, names: &Names<'_>) -> bool {
    let mut has = Has { names, wanted: &["Permit"], found: false };
    has.visit_type(ty);
    has.found
}

/// The name that a pattern binds, where it is one.
pub(super) fn name(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(ident) => Some(ident.ident.to_string()),
        Pat::Type(typed) => name(&typed.pat),
        _ => None,
    }
}

fn skipped(attribute: &Attribute) -> Vec<String> {
    let Meta::List(list) = &attribute.meta else { return Vec::new() };
    let mut tokens = list.tokens.clone().into_iter().peekable();
    let mut found = Vec::new();
    while let Some(token) = tokens.next() {
        if token.to_string() == "skip"
            && let Some(proc_macro2::TokenTree::Group(group)) = tokens.peek()
        {
            found.extend(words(group.stream()));
        }
    }
    found
}

/// All names in tokens.
pub(super) fn words(tokens: proc_macro2::TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => vec![ident.to_string()],
            proc_macro2::TokenTree::Group(group) => words(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

/// Whether an expression says one of these names, anywhere in it.
pub(super) fn says(expr: &Expr, any: impl Fn(&str) -> bool) -> bool {
    words(expr.to_token_stream()).iter().any(|word| any(word))
}

/// Through parentheses, references and `*`.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::Group(inner) => bare(&inner.expr),
        Expr::Reference(inner) => bare(&inner.expr),
        Expr::Unary(inner) if matches!(inner.op, UnOp::Deref(_)) => bare(&inner.expr),
        other => other,
    }
}

impl Guarded<'_> {
    /// Whether an expression is what a permit of this body opens.
    pub(super) fn opens(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = bare(expr) else { return false };
        let by = |argument: &Expr| match bare(argument) {
            Expr::Path(path) => {
                path.path.get_ident().is_some_and(|i| self.permits.iter().any(|p| i == p))
            }
            _ => false,
        };
        ["open", "open_mut", "view"].iter().any(|name| call.method == name)
            && call.args.len() == 1
            && call.args.first().is_some_and(by)
    }
}

impl<'r> Visit<'r> for Find<'r, '_> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.function(&item.attrs, &item.sig, &item.block);
            syn::visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'r syn::ImplItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.function(&item.attrs, &item.sig, &item.block);
            syn::visit::visit_impl_item_fn(this, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'r syn::ItemImpl) {
        self.within(type_name(&item.self_ty), |this| syn::visit::visit_item_impl(this, item));
    }

    fn visit_expr_method_call(&mut self, call: &'r syn::ExprMethodCall) {
        if call.method == "run"
            && call.args.len() == 2
            && self.names.uses_us()
            && let Some(Expr::Closure(closure)) = call.args.last()
        {
            self.found.push(Guarded {
                body: Body::Expr(&closure.body),
                permits: closure.inputs.iter().filter_map(name).collect(),
                skipped: Vec::new(),
                inside: self.path.join("::"),
            });
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}
