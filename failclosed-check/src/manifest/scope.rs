//! What a path in the source means: a type of the workspace, one of somebody else's, or nobody knows.
//!
//! Modules are read as files lie and as `mod name { .. }` says. What a glob of another crate or a macro
//! brings in is not seen; where that could be, the answer is that nobody knows.

use std::collections::{BTreeMap, HashMap, HashSet};

use syn::{Item, ItemEnum, ItemStruct, ItemTrait, ItemType, Path, UseTree};

use crate::source::Unit;

/// Crate, modules, and perhaps a name.
pub(super) type Full = Vec<String>;

/// Everything that has a name in the workspace.
#[derive(Default)]
pub(super) struct Scope<'u> {
    modules: HashMap<Full, Module>,
    types: BTreeMap<Full, Named<'u>>,
    crates: HashSet<String>,
}

#[derive(Default)]
struct Module {
    imports: HashMap<String, Full>,
    globs: Vec<Full>,
}

/// A type or trait of the workspace.
#[derive(Clone, Copy)]
pub(super) enum Named<'u> {
    Struct(&'u ItemStruct),
    Enum(&'u ItemEnum),
    Alias(&'u ItemType),
    Trait(#[allow(dead_code, reason = "it is told from the others")] &'u ItemTrait),
}

/// What a path means.
pub(super) enum Found<'s, 'u> {
    /// Where it is defined, and how.
    Ours(&'s Full, Named<'u>),
    /// Of another crate, or of the language.
    Foreign(Full),
    /// Nobody knows, and why.
    Unknown(String),
}

/// What every module has without an import.
const PRELUDE: [&str; 5] = ["String", "Vec", "Option", "Box", "Result"];

/// How many imports are followed.
const DEPTH: usize = 8;

const PRIMITIVE: [&str; 17] = [
    "bool", "char", "str", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
    "u128", "usize", "f32", "f64",
];

impl<'u> Scope<'u> {
    pub(super) fn of(units: &'u [Unit]) -> Self {
        let mut scope = Self::default();
        for file in units.iter().flat_map(|unit| &unit.files) {
            scope.crates.extend(file.module.first().cloned());
            scope.items(&file.tree.items, &file.module);
        }
        scope
    }

    fn items(&mut self, items: &'u [Item], at: &Full) {
        self.modules.entry(at.clone()).or_default();
        for item in items {
            let (ident, named) = match item {
                Item::Struct(item) => (&item.ident, Named::Struct(item)),
                Item::Enum(item) => (&item.ident, Named::Enum(item)),
                Item::Type(item) => (&item.ident, Named::Alias(item)),
                Item::Trait(item) => (&item.ident, Named::Trait(item)),
                Item::Mod(module) => {
                    if let Some((_, items)) = &module.content {
                        self.items(items, &joined(at, [module.ident.to_string()]));
                    }
                    continue;
                }
                Item::Use(import) => {
                    let module = self.modules.entry(at.clone()).or_default();
                    let mut before = Vec::new();
                    if import.leading_colon.is_some() {
                        before.push("::".to_owned());
                    }
                    module.walk(&import.tree, &mut before);
                    continue;
                }
                _ => continue,
            };
            self.types.insert(joined(at, [ident.to_string()]), named);
        }
    }

    /// What a path means in a module.
    pub(super) fn find(&self, path: &Path, at: &Full) -> Found<'_, 'u> {
        let mut segments: Full =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_some() {
            segments.insert(0, "::".to_owned());
        }
        self.relative(&segments, at, DEPTH, true)
    }

    /// Whether a path's last word is that one, also under the name of an import.
    pub(super) fn is_word(&self, path: &Path, word: &str, at: &Full) -> bool {
        if path.segments.last().is_some_and(|last| last.ident == word) {
            return true;
        }
        let import = path.get_ident().and_then(|name| {
            self.modules.get(at).and_then(|module| module.imports.get(&name.to_string()))
        });
        import.and_then(|full| full.last()).is_some_and(|last| last == word)
    }

    fn relative(&self, path: &[String], at: &Full, depth: usize, globs: bool) -> Found<'_, 'u> {
        let Some((first, rest)) = path.split_first() else {
            return Found::Unknown("an empty path".to_owned());
        };
        let Some(deeper) = depth.checked_sub(1) else {
            return Found::Unknown("its imports go round in a circle".to_owned());
        };
        match first.as_str() {
            "::" => return self.absolute(&rest.to_vec(), deeper),
            "crate" => {
                let root = at.iter().take(1).chain(rest).cloned().collect();
                return self.absolute(&root, deeper);
            }
            "self" => return self.absolute(&joined(at, rest.iter().cloned()), deeper),
            "super" => {
                let above = at.get(..at.len().saturating_sub(1)).unwrap_or_default().to_vec();
                return if rest.first().is_some_and(|next| next == "super") {
                    self.relative(rest, &above, deeper, false)
                } else {
                    self.absolute(&joined(&above, rest.iter().cloned()), deeper)
                };
            }
            _ => {}
        }
        let module = self.modules.get(at);
        if let Some(import) = module.and_then(|module| module.imports.get(first)) {
            let whole: Full = import.iter().chain(rest).cloned().collect();
            // `use tokio;` brings in what it names.
            return if import.len() == 1 && import.first() == Some(first) {
                self.absolute(&whole, deeper)
            } else {
                self.relative(&whole, at, deeper, false)
            };
        }
        let here = joined(at, path.iter().cloned());
        let begins = joined(at, [first.clone()]);
        if self.types.contains_key(&begins) || self.modules.contains_key(&begins) {
            return self.absolute(&here, deeper);
        }
        if self.crates.contains(first) && !rest.is_empty() {
            return self.absolute(&path.to_vec(), deeper);
        }
        let mut unseen = None;
        let asked = module.filter(|_| globs);
        for glob in asked.into_iter().flat_map(|module| &module.globs) {
            let whole: Full = glob.iter().chain(path).cloned().collect();
            match self.relative(&whole, at, deeper, false) {
                found @ Found::Ours(..) => return found,
                Found::Foreign(_) => unseen = Some(glob.join("::")),
                Found::Unknown(_) => {}
            }
        }
        if rest.is_empty() {
            if PRELUDE.contains(&first.as_str()) {
                return Found::Foreign(vec!["std".to_owned(), first.clone()]);
            }
            if PRIMITIVE.contains(&first.as_str()) {
                return Found::Foreign(vec![first.clone()]);
            }
            return Found::Unknown(match unseen {
                Some(glob) => format!("`{first}` may come from `{glob}::*`"),
                None => format!("`{first}` is not defined where it is used"),
            });
        }
        Found::Foreign(path.to_vec())
    }

    /// What a path from a crate on means.
    fn absolute(&self, path: &Full, depth: usize) -> Found<'_, 'u> {
        if let Some((full, named)) = self.types.get_key_value(path) {
            return Found::Ours(full, *named);
        }
        let Some(krate) = path.first().filter(|krate| self.crates.contains(*krate)) else {
            return Found::Foreign(path.clone());
        };
        let Some(deeper) = depth.checked_sub(1) else {
            return Found::Unknown("its imports go round in a circle".to_owned());
        };
        // A re-export on the way: the longest module that there is, and what it brings in.
        for split in (1..path.len()).rev() {
            let (module, rest) = path.split_at(split);
            let Some(known) = self.modules.get(module) else { continue };
            if rest.first().is_some_and(|name| known.imports.contains_key(name))
                || !known.globs.is_empty()
            {
                return self.relative(rest, &module.to_vec(), deeper, true);
            }
            break;
        }
        Found::Unknown(format!("`{}` is not in the source of `{krate}`", path.join("::")))
    }
}

impl Module {
    fn walk(&mut self, tree: &UseTree, before: &mut Full) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.walk(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    self.imports.insert(last.clone(), before.clone());
                }
            }
            UseTree::Name(name) => {
                let full = joined(before, [name.ident.to_string()]);
                self.imports.insert(name.ident.to_string(), full);
            }
            UseTree::Rename(name) => {
                let full = if name.ident == "self" {
                    before.clone()
                } else {
                    joined(before, [name.ident.to_string()])
                };
                self.imports.insert(name.rename.to_string(), full);
            }
            UseTree::Glob(_) => self.globs.push(before.clone()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.walk(tree, before)),
        }
    }
}

pub(super) fn joined(at: &[String], more: impl IntoIterator<Item = String>) -> Full {
    at.iter().cloned().chain(more).collect()
}
