//! What the source says about bodies that the compiler names by their place: whose `impl` it is, what is
//! public, which types have others in them.

use std::collections::{HashMap, HashSet};

use syn::{ItemImpl, Visibility, spanned::Spanned as _, visit::Visit};

use super::path;
use crate::source::{SourceFile, Unit};

/// An `impl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Impl {
    /// The trait's last name. None: an inherent one.
    pub(crate) of_trait: Option<String>,
    /// The type's last name. None: a type parameter, so any type.
    pub(crate) of_type: Option<String>,
}

/// What the source says.
#[derive(Debug, Default)]
pub(crate) struct Index {
    impls: HashMap<(String, usize, usize), Impl>,
    traits: HashSet<String>,
    public: HashMap<String, Vec<std::ops::RangeInclusive<usize>>>,
    /// Names in the fields of types: by the type's name, by the package that it is of.
    holds: HashMap<String, HashMap<String, HashSet<String>>>,
    /// The names of modules, by the package that they are of.
    modules: HashMap<String, HashSet<String>>,
    /// Functions and statics that the linker gives to others.
    exported: HashMap<String, Vec<std::ops::RangeInclusive<usize>>>,
    /// Types that stand for an associated type: a generic body knows them by no other name.
    associated: HashSet<String>,
}

impl Index {
    pub(crate) fn of(unit: &Unit) -> Self {
        let mut index = Self::default();
        // A package without a module is one, too.
        index.modules.insert(unit.name.clone(), HashSet::new());
        for file in &unit.files {
            Fill { package: &unit.name, file, index: &mut index }.visit_file(&file.tree);
        }
        index
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.impls.extend(other.impls);
        self.traits.extend(other.traits);
        self.public.extend(other.public);
        self.exported.extend(other.exported);
        self.associated.extend(other.associated);
        self.modules.extend(other.modules);
        for (holder, by_package) in other.holds {
            self.holds.entry(holder).or_default().extend(by_package);
        }
    }

    /// The `impl` that a path begins with (`m::<impl at src/a.rs:1:2: 3:4>::f`). None where no `impl` is
    /// written there: a macro made it.
    pub(crate) fn impl_of(&self, path: &str) -> Option<Option<&Impl>> {
        let (_, after) = path.split_once("<impl at ")?;
        let key = || {
            let at = after.split_once('>')?.0;
            let start = at.rsplit_once(": ")?.0;
            let mut parts = start.rsplitn(3, ':');
            let column = parts.next()?.parse().ok()?;
            let line = parts.next()?.parse().ok()?;
            Some((parts.next()?.to_owned(), line, column))
        };
        // FAIL CLOSED: a place that is not understood is one at which nothing is known, and no free function.
        Some(key().and_then(|key| self.impls.get(&key)))
    }

    pub(crate) fn is_type(&self, name: &str) -> bool {
        self.holds.contains_key(name)
    }

    pub(crate) fn own_trait(&self, name: &str) -> bool {
        self.traits.contains(name)
    }

    pub(crate) fn is_public(&self, file: &str, line: usize) -> bool {
        self.public.get(file).is_some_and(|lines| lines.iter().any(|range| range.contains(&line)))
    }

    /// Whether somebody may begin here who is no code of the workspace: another language, the loader.
    pub(crate) fn is_exported(&self, file: &str, line: usize) -> bool {
        self.exported.get(file).is_some_and(|lines| lines.iter().any(|range| range.contains(&line)))
    }

    pub(crate) fn associated(&self) -> impl Iterator<Item = &String> {
        self.associated.iter()
    }

    /// Whether a package has a module of that name anywhere.
    pub(crate) fn has_module(&self, package: &str, name: &str) -> bool {
        self.modules.get(package).is_some_and(|modules| modules.contains(name))
    }

    /// The types in which, at any depth, one of that name may be, each with the package that it is of. `sees`:
    /// whether a type of one package can have one of the other in it. `of`: the packages that it may be of; of
    /// any, where none is known.
    pub(crate) fn holders<'a>(
        &'a self,
        name: &'a str,
        of: &'a [String],
        sees: impl Fn(&str, &str) -> bool,
    ) -> HashSet<(&'a str, &'a str)> {
        let mut found: HashMap<&str, HashSet<&str>> = HashMap::new();
        let anywhere = || self.modules.keys().map(String::as_str);
        let own = of.iter().map(String::as_str);
        found.insert(name, if of.is_empty() { anywhere().collect() } else { own.collect() });
        loop {
            let before: usize = found.values().map(HashSet::len).sum();
            for (holder, by_package) in &self.holds {
                for (package, held) in by_package {
                    if found.get(holder.as_str()).is_some_and(|has| has.contains(package.as_str()))
                    {
                        continue;
                    }
                    let mut known = held.iter().filter_map(|name| found.get(name.as_str()));
                    if known.any(|packages| packages.iter().any(|other| sees(package, other))) {
                        found.entry(holder).or_default().insert(package);
                    }
                }
            }
            if before == found.values().map(HashSet::len).sum::<usize>() {
                return found
                    .into_iter()
                    .flat_map(|(name, packages)| packages.into_iter().map(move |p| (p, name)))
                    .collect();
            }
        }
    }
}

struct Fill<'f> {
    package: &'f str,
    file: &'f SourceFile,
    index: &'f mut Index,
}

impl Fill<'_> {
    fn public(&mut self, visibility: &Visibility, whole: proc_macro2::Span) {
        if matches!(visibility, Visibility::Public(_)) {
            let lines = whole.start().line..=whole.end().line;
            self.index.public.entry(self.file.path.clone()).or_default().push(lines);
        }
    }

    fn exported(&mut self, attributes: &[syn::Attribute], whole: proc_macro2::Span) {
        const EXPORTS: [&str; 4] = ["no_mangle", "export_name", "link_section", "used"];
        let exports = attributes.iter().any(|attribute| {
            let text = text(&attribute.meta);
            path::names(&text).any(|word| EXPORTS.contains(&word))
        });
        if exports {
            let lines = whole.start().line..=whole.end().line;
            self.index.exported.entry(self.file.path.clone()).or_default().push(lines);
        }
    }

    fn holds(&mut self, name: &syn::Ident, parts: &impl quote::ToTokens) {
        let text = parts.to_token_stream().to_string();
        let held = path::type_names(&text).map(str::to_owned).collect();
        let by_package = self.index.holds.entry(name.to_string()).or_default();
        let known = by_package.entry(self.package.to_owned()).or_default();
        known.extend::<HashSet<String>>(held);
    }
}

impl<'ast> Visit<'ast> for Fill<'_> {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let start = item.impl_token.span.start();
        let start = item.unsafety.map_or(start, |token| token.span.start());
        let parameters: Vec<String> =
            item.generics.type_params().map(|parameter| parameter.ident.to_string()).collect();
        let of_type = path::plain_type(&text(&item.self_ty));
        let of_type = path::last(&of_type).to_owned();
        let found = Impl {
            of_trait: item
                .trait_
                .as_ref()
                .map(|(of, _)| path::last(&path::plain(&text(of))).to_owned()),
            of_type: (!parameters.contains(&of_type)).then_some(of_type),
        };
        self.index.impls.insert((self.file.path.clone(), start.line, start.column + 1), found);
        syn::visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.index.traits.insert(item.ident.to_string());
        syn::visit::visit_item_trait(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let of = self.index.modules.entry(self.package.to_owned()).or_default();
        of.insert(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
    }

    fn visit_impl_item_type(&mut self, item: &'ast syn::ImplItemType) {
        self.index.associated.extend(path::type_names(&text(&item.ty)).map(str::to_owned));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.exported(&item.attrs, item.span());
        syn::visit::visit_item_static(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.public(&item.vis, item.span());
        self.exported(&item.attrs, item.span());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.public(&item.vis, item.span());
        self.exported(&item.attrs, item.span());
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.holds(&item.ident, &item.fields);
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let fields: Vec<_> = item.variants.iter().map(|variant| &variant.fields).collect();
        self.holds(&item.ident, &quote::quote!(#(#fields)*));
        syn::visit::visit_item_enum(self, item);
    }
}

/// Tokens as the compiler prints them, near enough: no spaces around `::` and in angle brackets.
fn text(tokens: &impl quote::ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.replace(" :: ", "::")
        .replace(" < ", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace("& ", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impl_whose_place_is_not_understood_is_no_free_function() {
        let index = Index::default();
        for (path, is_impl) in [
            ("a::f", false),
            ("a::<impl at src/a.rs:1:2: 3:4>::f", true),
            ("a::<impl at src/a.rs: somewhere>::f", true),
            ("a::<impl at src/a.rs:1:two: 3:4>::f", true),
        ] {
            assert_eq!(index.impl_of(path), is_impl.then_some(None), "{path}");
        }
    }
}
