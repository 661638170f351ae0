//! What an arm, an `else` or a fallback value gives where there was no answer.

use quote::ToTokens as _;
use syn::{
    Arm, Expr, ExprIf, ExprMatch, ExprMethodCall, Local, Pat, Stmt, spanned::Spanned as _,
    visit::Visit,
};

use super::{
    permissive::{ends, mentions},
    region::{Kind, Region},
};
use crate::{
    finding::Finding,
    rules::{FC0201, FC0202, FC0203, FC0204, FC0207, FC0208, FC0210, FC0215, FC0217, FC0218, Rule},
};

pub(super) fn check(region: &Region<'_, '_>, findings: &mut Vec<Finding>) {
    region.body.visit(&mut Arms { region, findings, resolved: false, prefix: None });
}

struct Arms<'v, 'r, 'a> {
    region: &'v Region<'r, 'a>,
    findings: &'v mut Vec<Finding>,
    resolved: bool,
    prefix: Option<proc_macro2::Span>,
}

/// What a pattern stands for, if it stands for no answer.
fn absent(pat: &Pat, asked: &Expr) -> Option<&'static Rule> {
    if let Pat::Tuple(tuple) = pat {
        // Beside a yes, nothing is no silence: `(true, None)`.
        let silent = |part: &Pat| matches!(part, Pat::Wild(_)) || absent(part, asked).is_some();
        if !tuple.elems.iter().all(silent) {
            return None;
        }
    }
    if mentions(pat, &["Err"]) {
        let timed = asked.to_token_stream().to_string().contains("timeout");
        return Some(if timed { &FC0215 } else { &FC0201 });
    }
    if mentions(pat, &["TimedOut", "Elapsed", "Timeout"]) {
        return Some(&FC0215);
    }
    if mentions(pat, &["None", "NotConfigured", "NotFound", "Missing"]) {
        return Some(&FC0204);
    }
    mentions(pat, &["Unavailable", "Failed", "Error"]).then_some(&FC0201)
}

/// Whether what is asked for is an objection: the arm with a value gives that value (`Some(no) => no`).
fn objection(arms: &[Arm]) -> bool {
    arms.iter().any(|arm| match &arm.pat {
        Pat::TupleStruct(some) => match some.elems.first() {
            Some(Pat::Ident(bound)) => ends(&some.path, "Some") && gives(&arm.body, &bound.ident),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a value is that name, as it is or in an `Ok`.
fn gives(value: &Expr, name: &syn::Ident) -> bool {
    match value {
        Expr::Path(path) => path.path.is_ident(name),
        Expr::Call(call) => call.args.iter().any(|argument| gives(argument, name)),
        Expr::MethodCall(call) => call.method == "into" && gives(&call.receiver, name),
        _ => false,
    }
}

fn catch_all(arm: &Arm) -> bool {
    match &arm.pat {
        Pat::Wild(_) => true,
        Pat::Ident(ident) => {
            ident.subpat.is_none()
                && ident.ident.to_string().starts_with(|c: char| c.is_lowercase() || c == '_')
        }
        _ => false,
    }
}

impl Arms<'_, '_, '_> {
    fn add(&mut self, rule: &'static Rule, at: proc_macro2::Span, label: &str) {
        self.findings.push(self.region.finding(rule, at, label));
    }

    fn arm(&mut self, asked: &Expr, arm: &Arm, others: &[Arm]) {
        if !self.region.allows(&arm.body) {
            return;
        }
        if let Pat::Or(or) = &arm.pat {
            let silent = or.cases.iter().filter(|case| absent(case, asked).is_some()).count();
            if silent > 0 && silent < or.cases.len() {
                self.add(&FC0210, arm.pat.span(), "no answer is among what is allowed here");
                return;
            }
        }
        if let Some(rule) =
            absent(&arm.pat, asked).filter(|rule| **rule != FC0204 || !objection(others))
        {
            self.add(rule, arm.pat.span(), "this arm can end in an allow");
        } else if catch_all(arm) {
            // A catch-all beside `Ok` and `Err` is the value itself.
            let silent = others.iter().any(|other| absent(&other.pat, asked).is_some());
            if others.len() > 1 && !silent {
                self.add(
                    &FC0207,
                    arm.pat.span(),
                    "whatever else there is, now and later, is allowed",
                );
            }
        }
    }

    fn fallback(&mut self, call: &ExprMethodCall) {
        let method = call.method.to_string();
        let given = match (method.as_str(), call.args.first(), call.args.last()) {
            (
                "unwrap_or" | "map_or" | "unwrap_or_else" | "map_or_else" | "or_else" | "or",
                Some(first),
                _,
            ) => first,
            _ => return,
        };
        // Who is not recognised is nobody: there is no guard to fall back on.
        let somebody = self.region.kind == Kind::Identify && method.starts_with("unwrap_or");
        if !somebody && !self.region.allows(given) {
            return;
        }
        let timed = call.receiver.to_token_stream().to_string().contains("timeout");
        let rule = match method.as_str() {
            _ if timed => &FC0215,
            "unwrap_or_else" | "or_else" | "map_or_else" if takes_error(given) => &FC0201,
            _ => &FC0202,
        };
        self.add(
            rule,
            call.method.span().join(given.span()).unwrap_or_else(|| call.method.span()),
            "an allow, where there is no value",
        );
    }
}

fn takes_error(expr: &Expr) -> bool {
    matches!(expr, Expr::Closure(closure) if !closure.inputs.is_empty())
}

impl<'ast> Visit<'ast> for Arms<'_, '_, '_> {
    fn visit_expr_match(&mut self, expr: &'ast ExprMatch) {
        for arm in &expr.arms {
            self.arm(&expr.expr, arm, &expr.arms);
        }
        syn::visit::visit_expr_match(self, expr);
    }

    fn visit_expr_if(&mut self, expr: &'ast ExprIf) {
        if let Expr::Let(condition) = &*expr.cond {
            let then = absent(&condition.pat, &condition.expr);
            if let Some(rule) = then.filter(|_| self.region.block_allows(&expr.then_branch)) {
                self.add(rule, condition.pat.span(), "what follows can end in an allow");
            }
            let some = mentions(&condition.pat, &["Some"]);
            if then.is_none()
                && (some || mentions(&condition.pat, &["Ok"]))
                && let Some((at, other)) = &expr.else_branch
                && self.region.allows(other)
            {
                let rule = if some { &FC0204 } else { &FC0201 };
                self.add(rule, at.span, "without a value, this can end in an allow");
            }
        }
        syn::visit::visit_expr_if(self, expr);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init
            && let Some((at, other)) = &init.diverge
            && self.region.allows(other)
        {
            let rule = if mentions(&local.pat, &["Some"]) { &FC0204 } else { &FC0201 };
            self.add(rule, at.span, "without a value, this ends in an allow");
        }
        syn::visit::visit_local(self, local);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.fallback(call);
        if self.region.kind == Kind::Build
            && call.method == "ok"
            && call.args.is_empty()
            && loads(&call.receiver)
        {
            self.add(
                &FC0203,
                call.method.span(),
                "what could not be loaded is gone without a trace",
            );
        }
        if call.method == "filter_map" || call.method == "flat_map" {
            let by_path =
                call.args.iter().any(|a| matches!(a, Expr::Path(p) if ends(&p.path, "ok")));
            if self.region.kind == Kind::Build && by_path {
                self.add(
                    &FC0203,
                    call.method.span(),
                    "policies that could not be read are left out",
                );
            }
        }
        if call.method == "starts_with" && self.prefix.is_none() {
            self.prefix = Some(call.method.span());
        }
        if call.method == "canonicalize" {
            self.resolves(call.method.span());
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(function) = &*call.func {
            if ends(&function.path, "canonicalize") {
                self.resolves(function.path.span());
            }
            let races =
                ["select", "race", "select_ok"].iter().any(|name| ends(&function.path, name));
            if races
                && self.region.kind == Kind::Decide
                && call.args.iter().any(|a| self.region.allows(a))
            {
                self.add(&FC0208, call.func.span(), "whichever is first counts");
            }
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string();
        let selects = ["select", "select_biased", "race"].iter().any(|name| ends(&item.path, name));
        if selects && self.region.kind == Kind::Decide {
            let flat: String = text.split_whitespace().collect();
            if flat.contains("Decision::allow") || flat.contains("Decision::Allow") {
                self.add(
                    &FC0208,
                    item.path.span(),
                    "whichever is first counts, and one of them is an allow",
                );
            }
        }
        if let Some(said) = says_allowed(&text) {
            self.add(&FC0218, item.path.span(), &format!("\"{said}\""));
        }
        syn::visit::visit_macro(self, item);
    }

    // A function inside is a region of its own, where it is one.
    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if !matches!(stmt, Stmt::Item(_)) {
            syn::visit::visit_stmt(self, stmt);
        }
    }
}

impl Arms<'_, '_, '_> {
    fn resolves(&mut self, at: proc_macro2::Span) {
        if let Some(before) = self.prefix.filter(|_| !self.resolved) {
            let mut finding = self.region.finding(&FC0217, before, "compared as it was written");
            finding.notes.push(format!("it is resolved later, at {}", self.region.place(at)));
            self.findings.push(finding);
        }
        self.resolved = true;
    }
}

/// Whether something is read or parsed in this chain of calls.
fn loads(expr: &Expr) -> bool {
    const LOADS: [&str; 12] = [
        "read_to_string",
        "read",
        "open",
        "builder_from_files",
        "from_str",
        "from_slice",
        "from_reader",
        "parse",
        "load",
        "build",
        "start",
        "reload",
    ];
    match expr {
        Expr::MethodCall(call) => {
            LOADS.iter().any(|name| call.method == name) || loads(&call.receiver)
        }
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Path(path) if LOADS.iter().any(|name| ends(&path.path, name)))
        }
        Expr::Await(inner) => loads(&inner.base),
        Expr::Paren(inner) => loads(&inner.expr),
        Expr::Try(inner) => loads(&inner.expr),
        _ => false,
    }
}

/// What logs say where something was let through.
fn says_allowed(text: &str) -> Option<&'static str> {
    const SAID: [&str; 14] = [
        "auto-allow",
        "auto allow",
        "auto-approv",
        "auto approv",
        "allowing anyway",
        "allow anyway",
        "default to allow",
        "defaulting to allow",
        "degrading to allow",
        "fail open",
        "failing open",
        "proceeding anyway",
        "skipping permission",
        "permission check skipped",
    ];
    let text = text.to_lowercase();
    SAID.into_iter().find(|said| text.contains(said))
}
