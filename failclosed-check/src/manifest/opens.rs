//! What a body opens with its permit: `self.stripe.open(&permit)`.

use syn::{Block, Expr, visit::Visit};

use super::shape::tidy;

/// By the permit of that name, in a function's body.
pub(super) fn by(permit: Option<&str>, body: Option<&Block>) -> Vec<String> {
    let mut find = Opens { permit: permit.unwrap_or_default(), found: Vec::new() };
    if let (Some(_), Some(body)) = (permit, body) {
        find.visit_block(body);
    }
    find.finish()
}

/// The same in a closure's.
pub(super) fn in_expression(permit: Option<&str>, body: &Expr) -> Vec<String> {
    let mut find = Opens { permit: permit.unwrap_or_default(), found: Vec::new() };
    if permit.is_some() {
        find.visit_expr(body);
    }
    find.finish()
}

struct Opens<'p> {
    permit: &'p str,
    found: Vec<String>,
}

impl Opens<'_> {
    fn finish(mut self) -> Vec<String> {
        self.found.sort();
        self.found.dedup();
        self.found
    }

    fn is_permit(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Reference(inner) => self.is_permit(&inner.expr),
            Expr::Path(path) => path.path.is_ident(self.permit),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Opens<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.args.first().is_some_and(|first| self.is_permit(first)) {
            self.found.push(format!("{}.{}", tidy(&call.receiver), call.method));
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}
