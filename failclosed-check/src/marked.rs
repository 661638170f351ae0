//! What the source says is guarded, to be compared with what the build has.

use quote::ToTokens as _;
use syn::{Attribute, spanned::Spanned as _, visit::Visit};

use crate::source::SourceFile;

/// The functions of a file on which the attribute is written: where, under which path, and whether a
/// condition stands before it.
pub(crate) fn in_file(file: &SourceFile) -> Vec<Marked> {
    let mut find = FindMarked { file, found: Vec::new() };
    find.visit_file(&file.tree);
    find.found
}

/// A function that says it is guarded.
#[derive(Debug, Clone)]
pub(crate) struct Marked {
    /// The attribute.
    pub(crate) place: crate::finding::Place,
    /// The function's name.
    pub(crate) name: String,
    /// The function's lines.
    pub(crate) lines: std::ops::RangeInclusive<usize>,
}

struct FindMarked<'f> {
    file: &'f SourceFile,
    found: Vec<Marked>,
}

impl FindMarked<'_> {
    fn function(&mut self, attributes: &[Attribute], name: &syn::Ident, whole: proc_macro2::Span) {
        for attribute in attributes {
            let text = attribute.meta.to_token_stream().to_string();
            let last =
                attribute.path().segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
            let hidden =
                attribute.path().is_ident("cfg_attr") && text.contains("requires_permission");
            if last == "requires_permission" || hidden {
                self.found.push(Marked {
                    place: self.file.place(attribute.span()),
                    name: name.to_string(),
                    lines: attribute.span().start().line..=whole.end().line,
                });
            }
        }
    }
}

impl<'ast> Visit<'ast> for FindMarked<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig.ident, item.span());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig.ident, item.span());
    }
}
