//! What is left open while a program is moved over: each function, each arm that says nothing under
//! `#[guarded(default = unguarded(reason = ".."))]`.

use quote::ToTokens as _;
use syn::{Attribute, Expr, Meta, Stmt, spanned::Spanned as _, visit::Visit};

use super::region::type_name;
use crate::{finding::Finding, names::Names, rules::FC0302, source::SourceFile};

pub(super) fn check(file: &SourceFile, names: &Names<'_>, findings: &mut Vec<Finding>) {
    let mut open = Open { file, names, findings, path: Vec::new(), by_default: false };
    open.visit_file(&file.tree);
}

struct Open<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    findings: &'v mut Vec<Finding>,
    path: Vec<String>,
    /// Whether the block around leaves open what says nothing.
    by_default: bool,
}

impl Open<'_, '_> {
    fn block(&mut self, name: String, attributes: &[Attribute], visit: impl FnOnce(&mut Self)) {
        let by_default = self.leaves_open(attributes);
        let before = std::mem::replace(&mut self.by_default, by_default);
        self.path.push(name);
        visit(self);
        self.path.pop();
        self.by_default = before;
    }

    fn leaves_open(&self, attributes: &[Attribute]) -> bool {
        attributes.iter().any(|attribute| match &attribute.meta {
            Meta::List(list) => {
                let mut words = list.tokens.clone().into_iter();
                self.names.is_ours(attribute.path(), "guarded")
                    && words.any(|word| word.to_string() == "default")
            }
            _ => false,
        })
    }

    fn function(
        &mut self,
        name: &syn::Ident,
        attributes: &[Attribute],
        block: &syn::Block,
        visit: impl FnOnce(&mut Self),
    ) {
        let dispatches = attributes.iter().any(|a| self.names.is_ours(a.path(), "guarded"));
        if dispatches && (self.by_default || self.leaves_open(attributes)) {
            self.arms(name, block);
        } else if self.by_default && !marked(attributes) {
            self.add(name.span(), name.to_string());
        }
        // What is declared in the body is no part of the block.
        self.block(name.to_string(), &[], visit);
    }

    fn arms(&mut self, name: &syn::Ident, block: &syn::Block) {
        let Some(Stmt::Expr(Expr::Match(dispatch), None)) = block.stmts.last() else { return };
        for arm in dispatch.arms.iter().filter(|arm| !marked(&arm.attrs)) {
            let what = format!("{name}: {}", arm.pat.to_token_stream());
            self.add(arm.pat.span(), what);
        }
    }

    fn add(&mut self, at: proc_macro2::Span, what: String) {
        let (place, inside) = (self.file.place(at), self.path.join("::"));
        let label = format!("nobody is asked before `{what}`");
        self.findings.push(Finding::new(&FC0302, place, inside, &label));
    }
}

/// Whether it says what it is.
fn marked(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| {
            ["requires_permission", "unguarded", "guarded"].iter().any(|mark| last.ident == mark)
        })
    })
}

impl<'ast> Visit<'ast> for Open<'_, '_> {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.block(type_name(&item.self_ty), &item.attrs, |this| {
            syn::visit::visit_item_impl(this, item);
        });
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.block(item.ident.to_string(), &item.attrs, |this| {
            syn::visit::visit_item_mod(this, item);
        });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.attrs, &item.block, |this| {
            syn::visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.attrs, &item.block, |this| {
            syn::visit::visit_impl_item_fn(this, item);
        });
    }
}
