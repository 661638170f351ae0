//! Every escape hatch that a workspace uses, with the reason that it gives: also those that are allowed.

use serde::Serialize;
use syn::{Expr, Lit, spanned::Spanned as _, visit::Visit};

use crate::{
    names::{self, Names},
    source::{SourceFile, Unit},
};

/// One use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Danger {
    /// The file, relative to the workspace.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The path, as it is written.
    pub what: String,
    /// The function around it.
    pub inside: String,
    /// The reason, where it is written there as text.
    pub reason: Option<String>,
}

/// Whether a file may have a hatch in it: none is brought into one, or named, without one of these words.
pub(crate) fn may_be_in(text: &str) -> bool {
    ["danger", "AllowEverything", "ObserveOnly"].iter().any(|word| text.contains(word))
}

/// All of a workspace.
pub fn of(units: &[Unit]) -> Vec<Danger> {
    let mut found = Vec::new();
    for unit in units.iter().filter(|unit| !unit.roots.is_empty()) {
        let defined = names::defined(unit);
        for file in unit.files.iter().filter(|file| may_be_in(&file.text)) {
            let names = Names::of(file, unit, &defined);
            let mut look = Look { file, names: &names, inside: Vec::new(), found: &mut found };
            look.visit_file(&file.tree);
        }
    }
    found.sort();
    found
}

/// As a list for a terminal.
pub fn listed(dangers: &[Danger]) -> String {
    let mut out = String::new();
    for danger in dangers {
        let reason = danger.reason.as_deref().unwrap_or("(its reason is not written here)");
        out.push_str(&format!("{}:{} {}: {reason}\n", danger.file, danger.line, danger.what));
    }
    let uses = dangers.len();
    out.push_str(&format!("{uses} escape hatch{}\n", if uses == 1 { "" } else { "es" }));
    out
}

struct Look<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    inside: Vec<String>,
    found: &'v mut Vec<Danger>,
}

impl Look<'_, '_> {
    /// Something of `danger` that is called: what it is named there, and not only spoken of.
    fn hatch(&self, path: &syn::Path) -> bool {
        const TYPES: [&str; 2] = ["AllowEverything", "ObserveOnly"];
        self.names.is_within(path, "danger")
            || TYPES
                .iter()
                .any(|ty| ["because", "new"].iter().any(|of| self.names.is_member(path, ty, of)))
    }

    fn within(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        self.inside.push(name.to_string());
        visit(self);
        self.inside.pop();
    }
}

/// A text that is written where the call is: the last one, behind `.into()` as well.
fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::MethodCall(call) => text(&call.receiver),
        Expr::Reference(inner) => text(&inner.expr),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Look<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(&item.sig.ident, |this| syn::visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(&item.sig.ident, |this| syn::visit::visit_impl_item_fn(this, item));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && self.hatch(&path.path)
        {
            let names = path.path.segments.iter().map(|segment| segment.ident.to_string());
            self.found.push(Danger {
                file: self.file.path.clone(),
                line: path.span().start().line,
                what: names.collect::<Vec<_>>().join("::"),
                inside: self.inside.join("::"),
                reason: call.args.iter().rev().find_map(text),
            });
        }
        syn::visit::visit_expr_call(self, call);
    }
}
