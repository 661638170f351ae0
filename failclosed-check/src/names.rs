//! Which names in a file are this library's: what every lint is anchored on. A type of the user's own
//! that happens to be called `Decision` is none of its business.

use std::collections::{HashMap, HashSet};

use syn::{Item, Path, UseTree, visit::Visit};

use crate::source::{SourceFile, Unit};

/// The names that one file brings in, and those that its crate defines itself.
#[derive(Debug)]
pub struct Names<'a> {
    roots: &'a [String],
    imports: HashMap<String, Vec<String>>,
    globs: bool,
    defined: &'a HashSet<String>,
    /// The local names of this library's items, by the names that it gives them. What stands in a tree is asked
    /// for by each rule, and most of it is none of them: that has to be told without a text being made.
    locals: HashMap<String, Vec<String>>,
    /// Every name in an import.
    imported: HashSet<String>,
}

impl<'a> Names<'a> {
    /// Of one file.
    pub fn of(file: &SourceFile, unit: &'a Unit, defined: &'a HashSet<String>) -> Self {
        let mut names = Self {
            roots: &unit.roots,
            imports: HashMap::new(),
            globs: false,
            defined,
            locals: HashMap::new(),
            imported: HashSet::new(),
        };
        Imports(&mut names).visit_file(&file.tree);
        for (local, full) in &names.imports {
            if let Some(name) = full.last().filter(|name| names.is_from_us(full, name)) {
                names.locals.entry(name.clone()).or_default().push(local.clone());
            }
            names.imported.extend(full.iter().cloned());
        }
        names
    }

    /// Whether a path means this library's item of that name.
    pub fn is_ours(&self, path: &Path, name: &str) -> bool {
        self.is_item(path.segments.iter().map(|segment| &segment.ident), name)
    }

    /// Whether a path is `Type::member` with this library's type.
    pub fn is_member(&self, path: &Path, ty: &str, member: &str) -> bool {
        let mut names = path.segments.iter().map(|segment| &segment.ident);
        names.next_back().is_some_and(|last| last == member) && self.is_item(names, ty)
    }

    fn is_item<'p>(
        &self,
        mut names: impl DoubleEndedIterator<Item = &'p syn::Ident>,
        name: &str,
    ) -> bool {
        let Some(first) = names.next() else { return false };
        let Some(last) = names.next_back() else {
            let locals = self.locals.get(name).map(Vec::as_slice).unwrap_or_default();
            return locals.iter().any(|local| first == local)
                || first == name
                    && self.globs
                    && !self.defined.contains(name)
                    && !self.imports.contains_key(name);
        };
        if last != name {
            return false;
        }
        let first = first.to_string();
        match self.imports.get(&first) {
            Some(full) => self.is_from_us(full, name),
            None => self.is_root(&first) || (in_crate(&first) && !self.defined.contains(name)),
        }
    }

    /// Whether a path goes through this library's module of that name.
    pub fn is_within(&self, path: &Path, module: &str) -> bool {
        let named = path.segments.iter().any(|segment| segment.ident == module);
        if !named && !self.imported.contains(module) {
            return false;
        }
        let full = self.full(path);
        full.first().is_some_and(|first| self.is_root(first) && first != "crate")
            && full.iter().rev().skip(1).any(|segment| segment == module)
    }

    /// Whether the file brings in anything of this library: methods have no path to go by.
    pub fn uses_us(&self) -> bool {
        self.imports.values().any(|full| {
            full.first().is_some_and(|first| {
                self.is_root(first)
                    || (in_crate(first)
                        && full.last().is_some_and(|end| self.is_from_us(full, end)))
            })
        })
    }

    /// A path with its first name as it was brought in.
    pub(crate) fn full(&self, path: &Path) -> Vec<String> {
        let mut segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(full) = segments.first().and_then(|first| self.imports.get(first)) {
            segments.splice(..1, full.iter().cloned());
        }
        segments
    }

    fn is_from_us(&self, full: &[String], name: &str) -> bool {
        full.first().is_some_and(|first| {
            (self.is_root(first) && first != "crate")
                || (in_crate(first)
                    && (!self.defined.contains(name) || self.roots.iter().any(|r| r == "crate")))
        })
    }

    fn is_root(&self, name: &str) -> bool {
        self.roots.iter().any(|root| root == name)
    }
}

fn in_crate(first: &str) -> bool {
    matches!(first, "crate" | "super" | "self")
}

/// The types and traits that a package defines.
pub fn defined(unit: &Unit) -> HashSet<String> {
    let mut all = Defined(HashSet::new());
    for file in &unit.files {
        all.visit_file(&file.tree);
    }
    all.0
}

struct Defined(HashSet<String>);

impl<'ast> Visit<'ast> for Defined {
    fn visit_item(&mut self, item: &'ast Item) {
        let ident = match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            _ => None,
        };
        self.0.extend(ident.map(ToString::to_string));
        syn::visit::visit_item(self, item);
    }
}

struct Imports<'n, 'a>(&'n mut Names<'a>);

impl Imports<'_, '_> {
    fn walk(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.walk(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    self.0.imports.insert(last.clone(), before.clone());
                }
            }
            UseTree::Name(name) => self.add(&name.ident, &name.ident, before),
            UseTree::Rename(rename) => self.add(&rename.rename, &rename.ident, before),
            UseTree::Glob(_) => self.0.globs = true,
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.walk(tree, before);
                }
            }
        }
    }

    fn add(&mut self, local: &syn::Ident, ident: &syn::Ident, before: &[String]) {
        let mut full = before.to_vec();
        full.push(ident.to_string());
        self.0.imports.insert(local.to_string(), full);
    }
}

impl<'ast> Visit<'ast> for Imports<'_, '_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.walk(&item.tree, &mut Vec::new());
    }
}
