//! Two guards in one program, of which one asks an authority that visibly says yes to everything.

use std::collections::{BTreeMap, HashMap};

use syn::{Expr, Stmt, spanned::Spanned as _, visit::Visit};

use super::bodies::{bare, name};
use crate::{
    finding::{Finding, Place},
    names::Names,
    rules::FC0226,
    source::SourceFile,
};

/// A guard that is built.
struct Built {
    place: Place,
    lax: bool,
}

pub(super) fn check(files: &[(&SourceFile, Names<'_>)], findings: &mut Vec<Finding>) {
    // By program: examples stand beside each other, and never run together.
    let mut programs: BTreeMap<&str, Vec<Built>> = BTreeMap::new();
    for (file, names) in files {
        let program = file.module.first().map_or("", String::as_str);
        let mut look = Look { file, names, lets: HashMap::new(), found: Vec::new() };
        look.visit_file(&file.tree);
        programs.entry(program).or_default().append(&mut look.found);
    }
    for guards in programs.into_values() {
        let strict = guards.iter().find(|one| !one.lax).map(|one| one.place.to_string());
        for lax in guards.iter().filter(|one| one.lax) {
            if let Some(strict) = &strict {
                let label = "asks an authority that never says no, and another guard does not";
                let mut finding = Finding::new(&FC0226, lax.place.clone(), "", label);
                finding.notes.push(format!("the other guard is built at {strict}"));
                findings.push(finding);
            }
        }
    }
}

struct Look<'r, 'a> {
    file: &'r SourceFile,
    names: &'r Names<'a>,
    lets: HashMap<String, &'r Expr>,
    found: Vec<Built>,
}

impl Look<'_, '_> {
    fn lax(&self, expr: &Expr, depth: usize) -> bool {
        match bare(expr) {
            Expr::Path(path) => {
                let bound = path.path.get_ident().and_then(|i| self.lets.get(&i.to_string()));
                self.hatch(&path.path)
                    || bound.is_some_and(|init| depth < 8 && self.lax(init, depth + 1))
            }
            Expr::Try(inner) => self.lax(&inner.expr, depth),
            Expr::MethodCall(call) => self.lax(&call.receiver, depth),
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return false };
                let asks = self.names.is_ours(&path.path, "authority_fn")
                    || self.names.is_ours(&path.path, "answer_fn");
                match call.args.first().map(bare) {
                    Some(Expr::Closure(closure)) if asks => self.allows(&closure.body),
                    // `Arc::new(..)`, `Box::new(..)`.
                    Some(inner)
                        if !asks && path.path.segments.last().is_some_and(|s| s.ident == "new") =>
                    {
                        self.hatch(&path.path) || self.lax(inner, depth)
                    }
                    _ => self.hatch(&path.path),
                }
            }
            _ => false,
        }
    }

    fn hatch(&self, path: &syn::Path) -> bool {
        self.names.is_within(path, "danger")
            || ["AllowEverything", "ObserveOnly"]
                .iter()
                .any(|ty| ["because", "new"].iter().any(|of| self.names.is_member(path, ty, of)))
    }

    /// Whether a body is an allow, and nothing else.
    fn allows(&self, body: &Expr) -> bool {
        match bare(body) {
            Expr::Block(block) => match block.block.stmts.as_slice() {
                [Stmt::Expr(only, None)] => self.allows(only),
                _ => false,
            },
            Expr::Async(block) => match block.block.stmts.as_slice() {
                [Stmt::Expr(only, None)] => self.allows(only),
                _ => false,
            },
            // `.rule(..)`, `.into()`: an allow still.
            Expr::MethodCall(call) => self.allows(&call.receiver),
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return false };
                self.names.is_member(&path.path, "Decision", "allow")
                    || (path.path.is_ident("Ok")
                        && call.args.iter().all(|inner| self.allows(inner)))
            }
            _ => false,
        }
    }
}

impl<'r> Visit<'r> for Look<'r, '_> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        let before = std::mem::take(&mut self.lets);
        syn::visit::visit_item_fn(self, item);
        self.lets = before;
    }

    fn visit_local(&mut self, local: &'r syn::Local) {
        syn::visit::visit_local(self, local);
        if let (Some(name), Some(init)) = (name(&local.pat), &local.init) {
            self.lets.insert(name, &init.expr);
        }
    }

    fn visit_expr_call(&mut self, call: &'r syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && self.names.is_member(&path.path, "Guard", "builder")
            && let Some(authority) = call.args.iter().nth(1)
        {
            self.found.push(Built {
                place: self.file.place(authority.span()),
                lax: self.lax(authority, 0),
            });
        }
        syn::visit::visit_expr_call(self, call);
    }
}
