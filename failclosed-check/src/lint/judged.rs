//! What a decision hangs on: conditions, and which of their two outcomes allows.

use std::collections::HashMap;

use syn::{
    BinOp, Block, Expr, ExprIf, ExprMethodCall, Lit, Pat, Stmt, UnOp, spanned::Spanned as _,
    visit::Visit,
};

use super::{
    permissive::ends,
    region::{Body, Kind, Region},
};
use crate::{
    finding::Finding,
    rules::{FC0201, FC0202, FC0204, FC0205, FC0206, FC0209, FC0212, FC0216},
};

/// A condition, and the outcome that allows.
struct Judgement<'r> {
    condition: &'r Expr,
    allows: bool,
    /// In the same conjunction, something is said not to be empty.
    not_empty: bool,
    /// It does not allow by itself: something else has to hold as well, or it is an objection
    /// (`if !errors.is_empty() { return Err(..) }`), of which there may well be none.
    part: bool,
}

pub(super) fn check(region: &Region<'_, '_>, findings: &mut Vec<Finding>) {
    for judgement in judgements(region) {
        leaf(region, &judgement, findings);
    }
}

/// The functions that a region's decision hangs on, each with the outcome that allows.
pub(super) fn helpers(region: &Region<'_, '_>) -> Vec<(String, bool)> {
    let name = |judgement: &Judgement<'_>| match judgement.condition {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
            _ => None,
        },
        Expr::MethodCall(call) => {
            // Of a collection or an option, not of the project.
            const OF_STD: [&str; 12] = [
                "is_empty",
                "all",
                "any",
                "contains",
                "is_some",
                "is_none",
                "is_ok",
                "is_err",
                "eq",
                "ne",
                "starts_with",
                "ends_with",
            ];
            let method = call.method.to_string();
            (!OF_STD.contains(&method.as_str())).then_some(method)
        }
        _ => None,
    };
    judgements(region).iter().filter_map(|j| name(j).map(|name| (name, j.allows))).collect()
}

fn judgements<'r>(region: &Region<'r, '_>) -> Vec<Judgement<'r>> {
    let mut collect =
        Collect { region, lets: HashMap::new(), found: Vec::new(), block: Vec::new() };
    region.body.visit(&mut collect);
    if let Kind::Verdict(allows) = region.kind {
        match region.body {
            Body::Block(block) => collect.value_of(block, allows),
            Body::Expr(expr) => collect.value(expr, allows),
        }
    }
    collect.found
}

struct Collect<'v, 'r, 'a> {
    region: &'v Region<'r, 'a>,
    /// What simple names were bound to.
    lets: HashMap<String, &'r Expr>,
    found: Vec<Judgement<'r>>,
    /// Whether what follows the statement, in the blocks around, can allow.
    block: Vec<bool>,
}

impl<'r> Collect<'_, 'r, '_> {
    fn split(&mut self, condition: &'r Expr, allows: bool, not_empty: bool, part: bool) {
        match condition {
            Expr::Paren(inner) => self.split(&inner.expr, allows, not_empty, part),
            Expr::Group(inner) => self.split(&inner.expr, allows, not_empty, part),
            Expr::Await(inner) => self.split(&inner.base, allows, not_empty, part),
            Expr::Unary(inner) if matches!(inner.op, UnOp::Not(_)) => {
                self.split(&inner.expr, !allows, not_empty, part);
            }
            Expr::Binary(inner) if matches!(inner.op, BinOp::And(_) | BinOp::Or(_)) => {
                let guarded = not_empty
                    || (matches!(inner.op, BinOp::And(_)) && allows && says_not_empty(condition));
                // Both have to hold; or, one of both is enough.
                let part = matches!(inner.op, BinOp::And(_)) == allows;
                self.split(&inner.left, allows, guarded, part);
                self.split(&inner.right, allows, guarded, part);
            }
            Expr::Path(path) => {
                let bound = path.path.get_ident().and_then(|i| self.lets.get(&i.to_string()));
                if let Some(bound) = bound.copied().filter(|bound| !matches!(bound, Expr::Path(_)))
                {
                    self.split(bound, allows, not_empty, part);
                }
            }
            _ => self.found.push(Judgement { condition, allows, not_empty, part }),
        }
    }

    /// A value that is the answer itself.
    fn value(&mut self, expr: &'r Expr, allows: bool) {
        match expr {
            Expr::If(inner) => {
                self.value_of(&inner.then_branch, allows);
                if let Some((_, other)) = &inner.else_branch {
                    self.value(other, allows);
                }
            }
            Expr::Match(inner) => {
                for arm in &inner.arms {
                    self.value(&arm.body, allows);
                }
            }
            Expr::Block(inner) => self.value_of(&inner.block, allows),
            Expr::Lit(_) => {}
            other => self.split(other, allows, false, false),
        }
    }

    fn value_of(&mut self, block: &'r Block, allows: bool) {
        if let Some(Stmt::Expr(expr, None)) = block.stmts.last() {
            self.value(expr, allows);
        }
    }
}

/// Whether a conjunction says of anything that it is not empty.
fn says_not_empty(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(inner) => says_not_empty(&inner.left) || says_not_empty(&inner.right),
        Expr::Paren(inner) => says_not_empty(&inner.expr),
        Expr::Unary(inner) if matches!(inner.op, UnOp::Not(_)) => {
            matches!(&*inner.expr, Expr::MethodCall(call) if call.method == "is_empty")
        }
        _ => false,
    }
}

impl<'r> Visit<'r> for Collect<'_, 'r, '_> {
    fn visit_block(&mut self, block: &'r Block) {
        for (index, stmt) in block.stmts.iter().enumerate() {
            let rest = block.stmts.get(index + 1..).unwrap_or_default();
            let follows = rest.iter().any(|stmt| match stmt {
                Stmt::Expr(expr, _) => self.region.allows(expr),
                _ => false,
            });
            self.block.push(follows);
            self.visit_stmt(stmt);
            self.block.pop();
        }
    }

    fn visit_stmt(&mut self, stmt: &'r Stmt) {
        if let Stmt::Local(local) = stmt
            && let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init)
        {
            self.lets.insert(name.ident.to_string(), &init.expr);
        }
        // A function inside is a region of its own, where it is one.
        if !matches!(stmt, Stmt::Item(_)) {
            syn::visit::visit_stmt(self, stmt);
        }
    }

    fn visit_expr_if(&mut self, expr: &'r ExprIf) {
        if !matches!(&*expr.cond, Expr::Let(_)) {
            let otherwise = expr.else_branch.as_ref().map(|(_, other)| self.region.allows(other));
            let leaves = leaves(&expr.then_branch);
            if self.region.block_allows(&expr.then_branch) {
                self.split(&expr.cond, true, false, false);
            } else if otherwise == Some(true)
                || (leaves && self.block.iter().any(|follows| *follows))
            {
                self.split(&expr.cond, false, false, true);
            }
        }
        syn::visit::visit_expr_if(self, expr);
    }

    fn visit_arm(&mut self, arm: &'r syn::Arm) {
        if let Pat::Guard(guard) = &arm.pat
            && self.region.allows(&arm.body)
        {
            self.split(
                &guard.guard,
                true,
                false,
                !matches!(&*guard.pat, Pat::Wild(_) | Pat::Ident(_)),
            );
        }
        syn::visit::visit_arm(self, arm);
    }

    fn visit_expr_return(&mut self, expr: &'r syn::ExprReturn) {
        if let (Kind::Verdict(allows), Some(value)) = (self.region.kind, &expr.expr) {
            self.value(value, allows);
        }
        syn::visit::visit_expr_return(self, expr);
    }
}

/// Whether a block ends in leaving the function.
fn leaves(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(Expr::Return(_), _)))
}

fn leaf(region: &Region<'_, '_>, judgement: &Judgement<'_>, findings: &mut Vec<Finding>) {
    let mut add = |rule, at, label: &str| findings.push(region.finding(rule, at, label));
    match judgement.condition {
        Expr::MethodCall(call) => {
            let at = call.method.span();
            let method = call.method.to_string();
            match (method.as_str(), judgement.allows) {
                ("is_none_or", true) => add(&FC0202, at, "where there is none, it is allowed"),
                ("unwrap_or" | "map_or", allows) if literal(call) == Some(allows) => {
                    add(&FC0202, at, "where there is none, it is allowed");
                }
                ("is_some_and" | "is_ok_and", false) => {
                    add(&FC0209, at, "where there is none, nothing is denied");
                }
                ("is_err", true) | ("is_ok", false) => add(&FC0201, at, "a failure is an allow"),
                ("is_none", true) | ("is_some", false) if !judgement.part => {
                    add(&FC0204, at, "where there is none, it is allowed");
                }
                ("is_empty", true) if !judgement.part => {
                    add(&FC0205, at, "an empty one allows everything")
                }
                ("all", true) if !judgement.not_empty => {
                    add(&FC0206, at, "true of an empty list");
                }
                ("starts_with" | "ends_with", true) if !resolved(region) => {
                    add(&FC0216, at, "allows whatever stands beside it");
                }
                ("contains", true) if text(call) => {
                    add(&FC0216, at, "allows whatever stands around it");
                }
                _ if from_environment(judgement.condition) => {
                    add(&FC0212, at, "the environment decides");
                }
                _ => {}
            }
        }
        Expr::Macro(item) if ends(&item.mac.path, "cfg") => {
            add(&FC0212, item.mac.path.span(), "this build decides");
        }
        condition if from_environment(condition) => {
            add(&FC0212, condition.span(), "the environment decides");
        }
        _ => {}
    }
}

fn literal(call: &ExprMethodCall) -> Option<bool> {
    match call.args.first() {
        Some(Expr::Lit(literal)) => match &literal.lit {
            Lit::Bool(is) => Some(is.value),
            _ => None,
        },
        _ => None,
    }
}

fn text(call: &ExprMethodCall) -> bool {
    matches!(call.args.first(), Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Str(_) | Lit::Char(_)))
}

/// Whether the region resolves paths: then the beginning that is compared is one of components.
fn resolved(region: &Region<'_, '_>) -> bool {
    struct Resolves(bool);
    impl<'ast> Visit<'ast> for Resolves {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.0 |= ident == "canonicalize";
        }
    }
    let mut resolves = Resolves(false);
    region.body.visit(&mut resolves);
    resolves.0
}

fn from_environment(expr: &Expr) -> bool {
    struct Reads(bool);
    impl<'ast> Visit<'ast> for Reads {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
            self.0 |= names.iter().rev().nth(1).is_some_and(|module| module == "env")
                && names.last().is_some_and(|name| name == "var" || name == "var_os");
        }
        fn visit_macro(&mut self, item: &'ast syn::Macro) {
            self.0 |= ends(&item.path, "option_env") || ends(&item.path, "env");
        }
    }
    let mut reads = Reads(false);
    reads.visit_expr(expr);
    reads.0
}
