//! Which expressions are an allow, in a region of some kind.

use syn::{Block, Expr, ExprCall, Lit, Pat, Stmt, visit::Visit};

use super::region::{Kind, Region};

impl Region<'_, '_> {
    /// Whether the value, or a `return` in it, can be an allow. In an error's arm one such branch is
    /// one too many, so any branch counts.
    pub(super) fn allows(&self, expr: &Expr) -> bool {
        self.tail_allows(expr) || self.returns(expr)
    }

    /// Whether a block can end in an allow.
    pub(super) fn block_allows(&self, block: &Block) -> bool {
        self.block_tail(block) || {
            let mut returns = Returns { region: self, found: false };
            returns.visit_block(block);
            returns.found
        }
    }

    fn returns(&self, expr: &Expr) -> bool {
        let mut returns = Returns { region: self, found: false };
        returns.visit_expr(expr);
        returns.found
    }

    fn block_tail(&self, block: &Block) -> bool {
        match block.stmts.last() {
            Some(Stmt::Expr(expr, None)) => self.tail_allows(expr),
            _ => false,
        }
    }

    fn tail_allows(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.tail_allows(&inner.expr),
            Expr::Group(inner) => self.tail_allows(&inner.expr),
            Expr::Await(inner) => self.tail_allows(&inner.base),
            Expr::Try(inner) => self.tail_allows(&inner.expr),
            Expr::Block(inner) => self.block_tail(&inner.block),
            Expr::Unsafe(inner) => self.block_tail(&inner.block),
            Expr::Async(inner) => self.block_tail(&inner.block),
            Expr::Closure(inner) => self.tail_allows(&inner.body),
            Expr::If(inner) => {
                self.block_tail(&inner.then_branch)
                    || inner.else_branch.as_ref().is_some_and(|(_, other)| self.tail_allows(other))
            }
            Expr::Match(inner) => inner.arms.iter().any(|arm| self.tail_allows(&arm.body)),
            Expr::Return(inner) => inner.expr.as_deref().is_some_and(|e| self.tail_allows(e)),
            Expr::Break(inner) => inner.expr.as_deref().is_some_and(|e| self.tail_allows(e)),
            Expr::MethodCall(call) => self.method_allows(call),
            Expr::Call(call) => self.call_allows(call),
            Expr::Lit(literal) => self.literal_allows(&literal.lit),
            Expr::Path(path) => {
                self.kind == Kind::Burn && ends(&path.path, "Now")
                    || self.kind == Kind::Decide
                        && self.names.is_member(&path.path, "Decision", "allow")
            }
            _ => false,
        }
    }

    fn literal_allows(&self, literal: &Lit) -> bool {
        matches!((self.kind, literal), (Kind::Verdict(true_allows), Lit::Bool(is)) if is.value == true_allows)
    }

    /// Builders of a decision (`.rule(..)`), conversions (`.into()`): what they are called on.
    fn method_allows(&self, call: &syn::ExprMethodCall) -> bool {
        if matches!(self.kind, Kind::Build) && call.method == "build" {
            return false;
        }
        self.tail_allows(&call.receiver)
    }

    fn call_allows(&self, call: &ExprCall) -> bool {
        let Expr::Path(function) = &*call.func else { return false };
        let path = &function.path;
        let wraps = ["Ok", "Some", "Box", "new", "pin", "ready", "pending", "from", "Ready"];
        match self.kind {
            Kind::Decide => {
                if self.names.is_member(path, "Decision", "allow")
                    || self.names.is_member(path, "Decision", "Allow")
                {
                    return true;
                }
            }
            Kind::Record => {
                // `Ok(())` says that the record is written.
                if ends(path, "Ok") && call.args.iter().all(is_unit) {
                    return true;
                }
            }
            Kind::Burn => {}
            Kind::Identify => {
                if ends(path, "Some") {
                    return true;
                }
            }
            Kind::Build => {
                if self.names.is_ours(path, "authority_fn") || self.names.is_ours(path, "answer_fn")
                {
                    let as_decision = Region { kind: Kind::Decide, ..self.clone() };
                    return call.args.iter().any(|argument| as_decision.allows(argument));
                }
                if self.names.is_within(path, "danger") {
                    return true;
                }
            }
            Kind::Verdict(_) => {}
        }
        wraps.iter().any(|name| ends(path, name)) && call.args.iter().any(|a| self.tail_allows(a))
    }
}

struct Returns<'v, 'r, 'a> {
    region: &'v Region<'r, 'a>,
    found: bool,
}

impl<'ast> Visit<'ast> for Returns<'_, '_, '_> {
    fn visit_expr_return(&mut self, expr: &'ast syn::ExprReturn) {
        self.found |= expr.expr.as_deref().is_some_and(|value| self.region.tail_allows(value));
        syn::visit::visit_expr_return(self, expr);
    }

    // Another function's `return` is not this one's.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

fn is_unit(expr: &Expr) -> bool {
    matches!(expr, Expr::Tuple(tuple) if tuple.elems.is_empty())
}

/// Whether a path's last name is this one.
pub(super) fn ends(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// Whether a pattern names this path anywhere in it (`Err(_)`, `Ok(Err(_))`, `Reply::TimedOut`).
pub(super) fn mentions(pat: &Pat, names: &[&str]) -> bool {
    struct Mentions<'n> {
        names: &'n [&'n str],
        found: bool,
    }
    impl<'ast> Visit<'ast> for Mentions<'_> {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.found |= self.names.iter().any(|name| ends(path, name));
        }
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            // `None` alone is read as a binding.
            self.found |= self.names.iter().any(|name| pat.ident == name);
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut mentions = Mentions { names, found: false };
    // What an `if` after the pattern says is not the pattern.
    mentions.visit_pat(if let Pat::Guard(guard) = pat { &guard.pat } else { pat });
    mentions.found
}
