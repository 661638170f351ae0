//! How guards and decisions are used: anywhere, not only in permission code.

use syn::{
    Arm, Attribute, Expr, ExprMatch, ExprMethodCall, Pat, Stmt, spanned::Spanned as _, visit::Visit,
};

use super::permissive::ends;
use crate::{
    dangers,
    finding::Finding,
    names::Names,
    rules::{FC0207, FC0214, FC0219, FC0220, FC0221, FC0301, Rule},
    source::SourceFile,
};

pub(super) fn check(file: &SourceFile, names: &Names<'_>, findings: &mut Vec<Finding>) {
    let hatches = dangers::may_be_in(&file.text);
    let mut usage = Usage { file, names, findings, path: Vec::new(), guarded: false, hatches };
    usage.visit_file(&file.tree);
}

/// `HttpAuthority` behind a guard that nobody starts: whether the server says no to what nobody may do
/// is found out by the first who may not.
pub(super) fn never_started(files: &[(&SourceFile, Names<'_>)], findings: &mut Vec<Finding>) {
    let mut asks = Vec::new();
    let mut started = false;
    for (file, names) in files {
        let mut starts = Starts { names, asks: Vec::new(), started: false };
        starts.visit_file(&file.tree);
        started |= starts.started;
        asks.extend(starts.asks.into_iter().map(|span| file.place(span)));
    }
    if started {
        return;
    }
    for place in asks {
        findings.push(Finding::new(&FC0220, place, "", "asks over the network"));
    }
}

struct Starts<'n, 'a> {
    names: &'n Names<'a>,
    asks: Vec<proc_macro2::Span>,
    started: bool,
}

impl<'ast> Visit<'ast> for Starts<'_, '_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if self.names.is_member(path, "HttpAuthority", "builder") {
            self.asks.push(path.span());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.started |=
            ["start", "start_blocking", "self_check"].iter().any(|name| call.method == name)
                && call.args.is_empty();
        syn::visit::visit_expr_method_call(self, call);
    }
}

struct Usage<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    findings: &'v mut Vec<Finding>,
    path: Vec<String>,
    guarded: bool,
    /// Whether there may be an escape hatch.
    hatches: bool,
}

impl Usage<'_, '_> {
    fn add(&mut self, rule: &'static Rule, at: proc_macro2::Span, label: &str) {
        let inside = self.path.join("::");
        self.findings.push(Finding::new(rule, self.file.place(at), inside, label));
    }

    fn function(
        &mut self,
        name: &syn::Ident,
        attributes: &[Attribute],
        visit: impl FnOnce(&mut Self),
    ) {
        let before = self.guarded;
        self.guarded =
            attributes.iter().any(|a| self.names.is_ours(a.path(), "requires_permission"));
        self.path.push(name.to_string());
        visit(self);
        self.path.pop();
        self.guarded = before;
    }

    /// A call whose answer is a permission's, through `.await`, `?` and `.ok()`.
    fn answer(expr: &Expr) -> Option<&ExprMethodCall> {
        const ANSWERS: [&str; 5] = ["decide", "approve", "self_check", "install", "withdrawn"];
        match expr {
            Expr::Await(inner) => Self::answer(&inner.base),
            Expr::Paren(inner) => Self::answer(&inner.expr),
            Expr::MethodCall(call) if ANSWERS.iter().any(|name| call.method == name) => Some(call),
            Expr::MethodCall(call) if call.method == "ok" || call.method == "unwrap_or_default" => {
                Self::answer(&call.receiver)
            }
            _ => None,
        }
    }

    /// `?` on `decide` looks at the error alone; on a self check the error is all there is.
    fn unread(expr: &Expr) -> Option<&ExprMethodCall> {
        match expr {
            Expr::Try(inner) => Self::answer(&inner.expr)
                .filter(|call| call.method == "decide" || call.method == "approve"),
            other => Self::answer(other),
        }
    }

    fn knows_us(&self, call: &ExprMethodCall) -> bool {
        // The trait has to be in scope for `decide`; the others are methods of our guard.
        let arguments = call.args.len();
        self.names.uses_us()
            && match call.method.to_string().as_str() {
                "decide" => arguments == 1,
                "approve" => arguments == 2,
                _ => arguments == 0,
            }
    }
}

/// Whether a block only tells somebody, and goes on.
fn only_tells(block: &syn::Block) -> bool {
    struct Stops(bool);
    impl<'ast> Visit<'ast> for Stops {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_break(&mut self, _: &'ast syn::ExprBreak) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.0 |= ["exit", "abort", "panic", "Err", "bail", "unreachable"]
                .iter()
                .any(|n| ends(path, n));
        }
    }
    let mut stops = Stops(false);
    stops.visit_block(block);
    !stops.0
}

impl<'ast> Visit<'ast> for Usage<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.attrs, |this| syn::visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.attrs, |this| {
            syn::visit::visit_impl_item_fn(this, item)
        });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_hatch = || {
            self.names.is_within(path, "danger")
                || ["AllowEverything", "ObserveOnly"].iter().any(|ty| self.names.is_ours(path, ty))
        };
        if self.hatches && is_hatch() {
            self.add(&FC0301, path.span(), "not under any permission");
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        let value = match stmt {
            Stmt::Local(local) if matches!(local.pat, Pat::Wild(_)) => {
                local.init.as_ref().map(|init| &*init.expr)
            }
            Stmt::Expr(expr, Some(_)) => Some(expr),
            _ => None,
        };
        let ignored = value.and_then(Self::unread).filter(|call| self.knows_us(call));
        if let (Some(call), Some(value)) = (ignored, value) {
            self.add(&FC0214, call.method.span(), "what it says is not looked at");
            let value = self.file.place(value.span());
            if let Some(finding) = self.findings.last_mut() {
                finding.value = Some(value);
            }
        }
        syn::visit::visit_stmt(self, stmt);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if let Expr::Let(condition) = &*expr.cond {
            let failed = super::permissive::mentions(&condition.pat, &["Err"]);
            let call = Self::answer(&condition.expr).filter(|call| self.knows_us(call));
            if let Some(call) = call.filter(|_| failed && expr.else_branch.is_none())
                && only_tells(&expr.then_branch)
            {
                self.add(
                    &FC0214,
                    call.method.span(),
                    "its failure is told, and the program goes on",
                );
            }
        }
        syn::visit::visit_expr_if(self, expr);
    }

    fn visit_expr_match(&mut self, expr: &'ast ExprMatch) {
        let of = |variant| {
            move |arm: &Arm, names: &Names<'_>| {
                let mut found = false;
                each_path(&arm.pat, &mut |path| {
                    found |= names.is_member(path, "Decision", variant)
                });
                found
            }
        };
        let names = self.names;
        let any = |variant| expr.arms.iter().any(|arm| of(variant)(arm, names));
        if (any("Deny") || any("Ask")) && !any("Allow") {
            let wild = expr.arms.iter().find(|arm| matches!(arm.pat, Pat::Wild(_) | Pat::Ident(_)));
            if let Some(arm) = wild {
                self.add(&FC0207, arm.pat.span(), "taken for an allow");
            }
        }
        syn::visit::visit_expr_match(self, expr);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        const ADDS: [&str; 7] = [
            "route",
            "route_service",
            "nest",
            "nest_service",
            "merge",
            "fallback",
            "fallback_service",
        ];
        if call.method == "for_subject" && self.guarded && self.names.uses_us() {
            self.add(
                &FC0219,
                call.method.span(),
                "what was permitted was permitted to somebody else",
            );
        }
        if ADDS.iter().any(|name| call.method == name) && self.layered(&call.receiver) {
            self.add(&FC0221, call.method.span(), "not under the layer above");
        }
        if call.method == "run" {
            let before = std::mem::replace(&mut self.guarded, true);
            for argument in call.args.iter().filter(|a| matches!(a, Expr::Closure(_))) {
                self.visit_expr(argument);
            }
            self.guarded = before;
            self.visit_expr(&call.receiver);
            for argument in call.args.iter().filter(|a| !matches!(a, Expr::Closure(_))) {
                self.visit_expr(argument);
            }
            return;
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

impl Usage<'_, '_> {
    /// Whether a router already has one of this library's layers.
    fn layered(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = expr else { return false };
        let ours = call.args.iter().any(|argument| {
            let mut found = false;
            each_path_of(argument, &mut |path| {
                found |= ["ScopeLayer", "PermissionLayer"].iter().any(|layer| {
                    self.names.is_member(path, layer, "new") || self.names.is_ours(path, layer)
                });
            });
            found
        });
        (ours && (call.method == "layer" || call.method == "route_layer"))
            || self.layered(&call.receiver)
    }
}

struct Paths<'f>(&'f mut dyn FnMut(&syn::Path));

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        (self.0)(path);
        syn::visit::visit_path(self, path);
    }
}

fn each_path(pat: &Pat, each: &mut dyn FnMut(&syn::Path)) {
    Paths(each).visit_pat(pat);
}

fn each_path_of(expr: &Expr, each: &mut dyn FnMut(&syn::Path)) {
    Paths(each).visit_expr(expr);
}
