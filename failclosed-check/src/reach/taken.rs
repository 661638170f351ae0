//! Modules that are called as this library is: paths below them look like its own.

use syn::visit::Visit;

use crate::{
    finding::Place,
    inconclusive::CheckError,
    source::{SourceFile, Unit},
};

const OURS: [&str; 2] = ["failclosed", "failclosed_runtime"];

/// The first such module of a package: at the root of a crate, or, where names are cut, anywhere.
pub(super) fn find(unit: &Unit, anywhere: bool) -> Option<Place> {
    unit.files.iter().find_map(|file| {
        let mut look = Look { depth: file.module.len(), file, anywhere, found: None };
        look.visit_file(&file.tree);
        look.found
    })
}

/// Whether the workspace has one.
///
/// # Errors
/// `Undecided`, where it has.
pub(super) fn check(found: Option<&Place>) -> Result<(), CheckError> {
    let Some(place) = found else { return Ok(()) };
    // FAIL CLOSED: what is in it would be taken for a guard or a permit.
    Err(CheckError::undecided(
        format!("{place}: a module has the name of the crate `failclosed`"),
        "what is in it cannot be told from the crate's own\nhelp: give it another name",
    ))
}

struct Look<'f> {
    file: &'f SourceFile,
    depth: usize,
    anywhere: bool,
    found: Option<Place>,
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
