//! What a permit opened, copied out of the lock, and kept when the permit is gone.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;
use syn::{Expr, Stmt, spanned::Spanned as _, visit::Visit};

use super::{
    bodies::{Guarded, bare, name, says},
    region::Body,
};
use crate::{finding::Finding, rules::FC0222, source::SourceFile};

pub(super) fn check(file: &SourceFile, guarded: &Guarded<'_>, findings: &mut Vec<Finding>) {
    let mut kept = Kept {
        guarded,
        opened: HashSet::new(),
        copies: HashMap::new(),
        locals: HashSet::new(),
        found: Vec::new(),
    };
    guarded.body.visit(&mut kept);
    match guarded.body {
        Body::Block(block) => kept.tail(block),
        Body::Expr(expr) => kept.leaves(expr),
    }
    for span in kept.found {
        let label = "a copy that needs no permit any more";
        findings.push(Finding::new(&FC0222, file.place(span), &guarded.inside, label));
    }
}

struct Kept<'v, 'r> {
    guarded: &'v Guarded<'r>,
    /// Names of what is open.
    opened: HashSet<String>,
    /// Names of copies, and where those were made.
    copies: HashMap<String, Span>,
    /// Names that end with the body.
    locals: HashSet<String>,
    found: Vec<Span>,
}

/// The one name that a path is.
fn one(expr: &Expr) -> Option<String> {
    match bare(expr) {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

impl Kept<'_, '_> {
    fn is_open(&self, expr: &Expr) -> bool {
        self.guarded.opens(expr) || one(expr).is_some_and(|name| self.opened.contains(&name))
    }

    /// Where a copy was made, if the expression is one.
    fn copy(&self, expr: &Expr) -> Option<Span> {
        const COPIES: [&str; 2] = ["clone", "to_owned"];
        match expr {
            Expr::Paren(inner) => self.copy(&inner.expr),
            Expr::Path(_) => self.copies.get(&one(expr)?).copied(),
            Expr::MethodCall(call) => {
                let copies = COPIES.iter().any(|name| call.method == name);
                (copies && self.is_open(&call.receiver)).then(|| call.method.span())
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return None };
                let last = path.path.segments.last()?;
                let copies = COPIES.iter().any(|name| last.ident == name);
                let of = call.args.first().is_some_and(|argument| self.is_open(argument));
                (copies && of).then(|| last.ident.span())
            }
            _ => None,
        }
    }

    /// A value that outlives the body: what is a copy in it?
    fn leaves(&mut self, expr: &Expr) {
        if let Some(span) = self.copy(expr) {
            self.found.push(span);
            return;
        }
        match expr {
            Expr::Paren(inner) => self.leaves(&inner.expr),
            Expr::Tuple(inner) => inner.elems.iter().for_each(|value| self.leaves(value)),
            Expr::Array(inner) => inner.elems.iter().for_each(|value| self.leaves(value)),
            Expr::Struct(inner) => inner.fields.iter().for_each(|field| self.leaves(&field.expr)),
            Expr::Block(inner) => self.tail(&inner.block),
            Expr::Return(inner) => inner.expr.iter().for_each(|value| self.leaves(value)),
            Expr::If(inner) => {
                self.tail(&inner.then_branch);
                inner.else_branch.iter().for_each(|(_, other)| self.leaves(other));
            }
            Expr::Match(inner) => inner.arms.iter().for_each(|arm| self.leaves(&arm.body)),
            // A closure that is handed out takes with it what it uses.
            Expr::Closure(inner) => {
                let used = |word: &str| self.copies.contains_key(word);
                if says(&inner.body, used) {
                    self.found.push(inner.span());
                }
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return };
                let makes = path.path.segments.last().is_some_and(|last| {
                    last.ident == "new" || last.ident.to_string().starts_with(char::is_uppercase)
                });
                if makes {
                    call.args.iter().for_each(|value| self.leaves(value));
                }
            }
            _ => {}
        }
    }

    fn tail(&mut self, block: &syn::Block) {
        if let Some(Stmt::Expr(expr, None)) = block.stmts.last() {
            self.leaves(expr);
        }
    }

    /// Whether a place ends with the body.
    fn is_local(&self, expr: &Expr) -> bool {
        match bare(expr) {
            Expr::Field(field) => self.is_local(&field.base),
            Expr::Index(index) => self.is_local(&index.expr),
            Expr::MethodCall(call) => self.is_local(&call.receiver),
            Expr::Try(inner) => self.is_local(&inner.expr),
            Expr::Await(inner) => self.is_local(&inner.base),
            other => one(other).is_some_and(|name| self.locals.contains(&name)),
        }
    }
}

impl<'ast> Visit<'ast> for Kept<'_, '_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        syn::visit::visit_local(self, local);
        let Some(name) = name(&local.pat) else { return };
        if let Some(init) = &local.init {
            let copy = self.copy(&init.expr);
            let open = copy.is_none() && self.is_open(&init.expr);
            self.opened.remove(&name);
            self.copies.remove(&name);
            if let Some(span) = copy {
                self.copies.insert(name.clone(), span);
            } else if open {
                self.opened.insert(name.clone());
            }
        }
        self.locals.insert(name);
    }

    fn visit_expr_return(&mut self, expr: &'ast syn::ExprReturn) {
        expr.expr.iter().for_each(|value| self.leaves(value));
        syn::visit::visit_expr_return(self, expr);
    }

    fn visit_expr_assign(&mut self, expr: &'ast syn::ExprAssign) {
        if !self.is_local(&expr.left) {
            self.leaves(&expr.right);
        }
        syn::visit::visit_expr_assign(self, expr);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        const KEEPS: [&str; 10] = [
            "set",
            "insert",
            "push",
            "push_back",
            "replace",
            "send",
            "store",
            "swap",
            "try_insert",
            "try_send",
        ];
        if KEEPS.iter().any(|name| call.method == name) && !self.is_local(&call.receiver) {
            call.args.iter().for_each(|value| self.leaves(value));
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
