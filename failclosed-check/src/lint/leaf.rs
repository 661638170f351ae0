//! A public function that does what a guarded body is asked for, and takes no proof of it.

use std::collections::HashSet;

use syn::{Expr, FnArg, Visibility, visit::Visit};

use super::{
    bodies::{Guarded, takes_permit},
    effects::Effects,
    region::Body,
};
use crate::{finding::Finding, names::Names, rules::FC0227, source::SourceFile};

/// The names of functions that guarded bodies call.
pub(super) fn called(guarded: &Guarded<'_>, found: &mut HashSet<String>) {
    struct Calls<'f>(&'f mut HashSet<String>);
    impl<'ast> Visit<'ast> for Calls<'_> {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            if let Expr::Path(path) = &*call.func {
                self.0.extend(path.path.segments.last().map(|s| s.ident.to_string()));
            }
            syn::visit::visit_expr_call(self, call);
        }
    }
    guarded.body.visit(&mut Calls(found));
}

pub(super) fn check(
    file: &SourceFile,
    names: &Names<'_>,
    effects: &Effects,
    called: &HashSet<String>,
    findings: &mut Vec<Finding>,
) {
    let mut look = Look { file, names, effects, called, findings };
    look.visit_file(&file.tree);
}

struct Look<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    effects: &'v Effects,
    called: &'v HashSet<String>,
    findings: &'v mut Vec<Finding>,
}

impl<'ast> Visit<'ast> for Look<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let name = item.sig.ident.to_string();
        let marked = item.attrs.iter().any(|attribute| {
            ["requires_permission", "unguarded"]
                .iter()
                .any(|mark| attribute.path().segments.last().is_some_and(|s| s.ident == mark))
        });
        let proof = item.sig.inputs.iter().any(|input| match input {
            FnArg::Typed(typed) => takes_permit(&typed.ty, self.names),
            FnArg::Receiver(_) => false,
        });
        if matches!(item.vis, Visibility::Public(_))
            && !marked
            && !proof
            && self.called.contains(&name)
            && self.effects.directly(Body::Block(&item.block), self.names)
        {
            let label = "whoever calls this is not asked";
            let place = self.file.place(item.sig.ident.span());
            self.findings.push(Finding::new(&FC0227, place, name, label));
        }
        syn::visit::visit_item_fn(self, item);
    }
}
