//! Arguments that are skipped, and used in what the permission is for.

use std::collections::HashMap;

use syn::{Expr, spanned::Spanned as _, visit::Visit};

use super::{
    bodies::{Guarded, bare, name, says},
    effects::Effects,
};
use crate::{finding::Finding, names::Names, rules::FC0224, source::SourceFile};

pub(super) fn check(
    file: &SourceFile,
    names: &Names<'_>,
    effects: &Effects,
    guarded: &Guarded<'_>,
    findings: &mut Vec<Finding>,
) {
    if guarded.skipped.is_empty() {
        return;
    }
    let mut look =
        Look { names, effects, skipped: &guarded.skipped, lets: HashMap::new(), found: Vec::new() };
    guarded.body.visit(&mut look);
    for span in look.found {
        let label = "who answered was not shown this";
        findings.push(Finding::new(&FC0224, file.place(span), &guarded.inside, label));
    }
}

struct Look<'v, 'r, 'a> {
    names: &'v Names<'a>,
    effects: &'v Effects,
    skipped: &'v [String],
    lets: HashMap<String, &'r Expr>,
    found: Vec<proc_macro2::Span>,
}

impl<'r> Look<'_, 'r, '_> {
    /// Whether a chain of calls begins at something with effects: a command, a request.
    fn begins(&self, expr: &'r Expr, depth: usize) -> bool {
        match bare(expr) {
            Expr::MethodCall(call) => self.begins(&call.receiver, depth),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => self.effects.module(&path.path, self.names).is_some(),
                _ => false,
            },
            Expr::Try(inner) => self.begins(&inner.expr, depth),
            Expr::Path(path) => path
                .path
                .get_ident()
                .and_then(|ident| self.lets.get(&ident.to_string()))
                .is_some_and(|init| depth < 8 && self.begins(init, depth + 1)),
            _ => false,
        }
    }

    fn arguments<'e>(&mut self, arguments: impl IntoIterator<Item = &'e Expr>) {
        for argument in arguments {
            if says(argument, |word| self.skipped.iter().any(|name| name == word)) {
                self.found.push(argument.span());
            }
        }
    }
}

impl<'r> Visit<'r> for Look<'_, 'r, '_> {
    fn visit_local(&mut self, local: &'r syn::Local) {
        if let (Some(name), Some(init)) = (name(&local.pat), &local.init) {
            self.lets.insert(name, &init.expr);
        }
        syn::visit::visit_local(self, local);
    }

    fn visit_expr_call(&mut self, call: &'r syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && (self.effects.is_free(&path.path, self.names)
                || self.effects.module(&path.path, self.names).is_some())
        {
            self.arguments(&call.args);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'r syn::ExprMethodCall) {
        // What proves who calls (`bearer_auth`, `header`) is what `skip` is for.
        const TAKES: [&str; 17] = [
            "arg",
            "args",
            "current_dir",
            "env",
            "envs",
            "body",
            "json",
            "form",
            "query",
            "multipart",
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "open",
            "write_all",
        ];
        if TAKES.iter().any(|name| call.method == name) && self.begins(&call.receiver, 0) {
            self.arguments(&call.args);
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_item(&mut self, _: &'r syn::Item) {}
}
