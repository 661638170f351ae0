//! Modules that are called as this library is: paths below them look like its own.

use syn::visit::Visit;

use crate::{
    inconclusive::CheckError,
    source::{SourceFile, Unit},
};

const OURS: [&str; 2] = ["failclosed", "failclosed_runtime"];

/// Whether the workspace has such a module: at the root of a crate, or, where names are cut, anywhere.
///
/// # Errors
/// `Undecided`, where it has.
pub(super) fn check(units: &[Unit], anywhere: bool) -> Result<(), CheckError> {
    for file in units.iter().flat_map(|unit| &unit.files) {
        let mut look = Look { depth: file.module.len(), file, anywhere, found: None };
        look.visit_file(&file.tree);
        if let Some(place) = look.found {
            // FAIL CLOSED: what is in it would be taken for a guard or a permit.
            return Err(CheckError::undecided(
                format!("{place}: a module has the name of the crate `failclosed`"),
                "what is in it cannot be told from the crate's own\nhelp: give it another name",
            ));
        }
    }
    Ok(())
}

struct Look<'f> {
    file: &'f SourceFile,
    depth: usize,
    anywhere: bool,
    found: Option<crate::finding::Place>,
}

impl<'ast> Visit<'ast> for Look<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let ours = OURS.iter().any(|name| item.ident == name);
        if ours && (self.anywhere || self.depth <= 1) {
            self.found.get_or_insert(self.file.place(item.ident.span()));
        }
        self.depth += 1;
        syn::visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    // A function's own modules are printed below it.
    fn visit_block(&mut self, block: &'ast syn::Block) {
        if self.anywhere {
            syn::visit::visit_block(self, block);
        }
    }
}
