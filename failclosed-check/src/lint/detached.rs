//! Work that a guarded body starts and does not wait for.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{Expr, spanned::Spanned as _, visit::Visit};

use super::{
    bodies::{Guarded, name, says, words},
    effects::Effects,
    region::Body,
};
use crate::{finding::Finding, names::Names, rules::FC0223, source::SourceFile};

pub(super) fn check(
    file: &SourceFile,
    names: &Names<'_>,
    effects: &Effects,
    guarded: &Guarded<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut look = Look {
        names,
        guarded,
        effects,
        powers: guarded.permits.iter().cloned().collect(),
        holder: None,
        waiting: false,
        scoped: false,
        started: Vec::new(),
        awaited: HashSet::new(),
    };
    guarded.body.visit(&mut look);
    for (span, holder) in look.started {
        if !holder.is_some_and(|holder| look.awaited.contains(&holder)) {
            let label = "goes on when this call has ended, and what it was permitted with it";
            findings.push(Finding::new(&FC0223, file.place(span), &guarded.inside, label));
        }
    }
}

struct Look<'v, 'r, 'a> {
    names: &'v Names<'a>,
    guarded: &'v Guarded<'r>,
    effects: &'v Effects,
    /// Names of permits, of what they opened, and of what was made of that.
    powers: HashSet<String>,
    /// What holds the handle of what is started here.
    holder: Option<String>,
    /// Whether somebody waits for what is started here.
    waiting: bool,
    /// In a scope of threads, which waits for them.
    scoped: bool,
    started: Vec<(Span, Option<String>)>,
    /// Names that somebody waits for.
    awaited: HashSet<String>,
}

impl Look<'_, '_, '_> {
    /// Whether work does something that needed the permission.
    fn matters(&self, work: &Expr) -> bool {
        says(work, |word| self.powers.contains(word))
            || self.effects.has(Body::Expr(work), self.names)
            // A function that is handed over by its name.
            || matches!(work, Expr::Path(path) if self.effects.is_free(&path.path, self.names))
    }

    fn starts(&mut self, at: Span, work: Option<&Expr>) {
        if !self.waiting && work.is_some_and(|work| self.matters(work)) {
            self.started.push((at, self.holder.clone()));
        }
    }

    fn waits_for(&mut self, expr: &Expr) {
        self.awaited.extend(words(expr.to_token_stream()));
    }

    fn wait(&mut self, expr: &Expr) {
        self.waits_for(expr);
        let before = std::mem::replace(&mut self.waiting, true);
        self.visit_expr(expr);
        self.waiting = before;
    }
}

/// `tokio::spawn`, `task::spawn_blocking`, `std::thread::spawn` and the like, by their full paths.
fn spawns(full: &[String]) -> bool {
    const OF: [&str; 8] = [
        "tokio",
        "task",
        "thread",
        "rayon",
        "smol",
        "async_std",
        "async_global_executor",
        "runtime",
    ];
    const NAMES: [&str; 4] = ["spawn", "spawn_blocking", "spawn_local", "spawn_pinned"];
    let mut back = full.iter().rev();
    let named = back.next().is_some_and(|last| NAMES.contains(&last.as_str()));
    named && back.next().is_some_and(|module| OF.contains(&module.as_str()))
}

impl<'ast> Visit<'ast> for Look<'_, '_, '_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let bound = name(&local.pat);
        if let (Some(bound), Some(init)) = (&bound, &local.init) {
            struct Opens<'o, 'r>(&'o Guarded<'r>, bool);
            impl<'ast> Visit<'ast> for Opens<'_, '_> {
                fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
                    self.1 |= self.0.opens(&Expr::MethodCall(call.clone()));
                    syn::visit::visit_expr_method_call(self, call);
                }
            }
            let mut opens = Opens(self.guarded, false);
            // What an answer says (`.await`) is no power.
            if !matches!(&*init.expr, Expr::Await(_) | Expr::Try(_)) {
                opens.visit_expr(&init.expr);
                let of = |word: &str| {
                    self.powers.contains(word) && !self.guarded.permits.iter().any(|p| p == word)
                };
                if opens.1
                    || matches!(&*init.expr, Expr::MethodCall(call) if says(&call.receiver, of))
                {
                    self.powers.insert(bound.clone());
                }
            }
        }
        let before = std::mem::replace(&mut self.holder, bound);
        syn::visit::visit_local(self, local);
        self.holder = before;
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let path = match &*call.func {
            Expr::Path(path) => self.names.full(&path.path),
            _ => Vec::new(),
        };
        if spawns(&path) {
            self.starts(call.func.span(), call.args.first());
            // Inside, others wait.
            let before = std::mem::replace(&mut self.waiting, false);
            let holder = self.holder.take();
            syn::visit::visit_expr_call(self, call);
            self.holder = holder;
            self.waiting = before;
            return;
        }
        let before = self.scoped;
        self.scoped |= path.last().is_some_and(|last| last == "scope");
        syn::visit::visit_expr_call(self, call);
        self.scoped = before;
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        const SPAWNS: [&str; 4] = ["spawn", "spawn_blocking", "spawn_local", "spawn_on"];
        if SPAWNS.iter().any(|name| call.method == name) && !call.args.is_empty() && !self.scoped {
            let holder = words(call.receiver.to_token_stream()).into_iter().next();
            let before = self.holder.clone();
            self.holder = before.clone().or(holder);
            self.starts(call.method.span(), call.args.first());
            self.holder = before;
        }
        if call.method == "join" && call.args.is_empty() {
            return self.wait(&call.receiver);
        }
        if call.method == "push" {
            let holder = words(call.receiver.to_token_stream()).into_iter().last();
            let before = std::mem::replace(&mut self.holder, holder);
            syn::visit::visit_expr_method_call(self, call);
            self.holder = before;
            return;
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_await(&mut self, expr: &'ast syn::ExprAwait) {
        self.wait(&expr.base);
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        // `for handle in handles { handle.await }`.
        let body = words(expr.body.to_token_stream());
        if body.iter().any(|word| word == "await" || word == "join") {
            self.waits_for(&expr.expr);
        }
        syn::visit::visit_expr_for_loop(self, expr);
    }

    // An `async` block by itself is waited for where somebody waits for it.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let waits = item.path.segments.last().is_some_and(|last| {
            ["join", "try_join", "select"].iter().any(|name| last.ident == name)
        });
        if waits {
            self.awaited.extend(words(item.tokens.clone()));
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
