//! Which items a short name may mean. Every one that fits is taken, but for what would end a way: a permit
//! is one only where nothing else can have its name, and the call of a guard only by its whole name, which
//! the compiler does not cut.

use std::collections::{BTreeSet, HashMap, HashSet};

use syn::visit::Visit;

use super::{fits, fits_family, nowhere};
use crate::{
    reach::{
        graph::{Part, without_impl},
        index::Index,
        mir::{Body, Mention},
        path,
    },
    sinks::matches,
    source::Unit,
};

/// What can be told from the source and from cargo.
pub(crate) struct Known<'a> {
    pub(crate) units: &'a [Unit],
    pub(crate) index: &'a Index,
    /// Full paths that something is done about where they are mentioned.
    pub(crate) looked_for: &'a [&'a str],
    /// Patterns of such paths.
    pub(crate) families: &'a [&'a str],
    /// The crates that were built.
    pub(crate) built: &'a HashSet<String>,
    /// New names that crates give to old ones.
    pub(crate) renamed: &'a HashMap<String, BTreeSet<String>>,
}

/// Puts full paths in the place of short ones.
pub(crate) fn resolve(parts: &mut [Part], known: &Known<'_>) {
    let items: Vec<(String, Items)> =
        parts.iter().map(|part| (part.name.clone(), Items::of(&part.name, known.units))).collect();
    for part in parts.iter_mut() {
        // Its own first: what another crate has as well is not cut.
        let (own, others): (Vec<_>, Vec<_>) =
            items.iter().partition(|(krate, _)| *krate == part.name);
        let full = |path: &str| {
            own.iter().chain(&others).find_map(|(krate, items)| items.full(path, krate))
        };
        for body in &mut part.bodies {
            let local = body.path.strip_prefix(&format!("{}::", part.name));
            let whole = own.iter().find_map(|(krate, items)| items.full(local?, krate));
            body.path = whole.unwrap_or_else(|| body.path.clone());
            for mention in &mut body.mentions {
                let whole = match path::qualified(&mention.path) {
                    // A method that the trait brings itself is below the trait.
                    Some((of, of_trait, method)) => {
                        full(of_trait).map(|of_trait| format!("<{of} as {of_trait}>{method}"))
                    }
                    None => full(&mention.path),
                };
                mention.path = whole.unwrap_or_else(|| mention.path.clone());
            }
        }
    }
    let mut all = Bodies::default();
    for body in parts.iter().flat_map(|part| &part.bodies) {
        all.add(body, known.index);
    }
    for part in parts.iter_mut() {
        let here = Here {
            krate: &part.name,
            known,
            all: &all,
            ours: ours(part),
            foreign: foreign(known.units),
        };
        for body in &mut part.bodies {
            for argument in &mut body.arguments {
                here.permit(argument);
            }
            let mentions = std::mem::take(&mut body.mentions);
            body.mentions = mentions.into_iter().flat_map(|mention| here.meant(mention)).collect();
        }
    }
}

/// Items of one crate by their names, where only one has it.
struct Items(HashMap<String, Vec<Vec<String>>>);

impl Items {
    fn of(krate: &str, units: &[Unit]) -> Self {
        struct Fill<'f> {
            module: Vec<String>,
            items: &'f mut HashMap<String, Vec<Vec<String>>>,
        }
        impl Fill<'_> {
            fn add(&mut self, name: &syn::Ident) {
                self.items.entry(name.to_string()).or_default().push(self.module.clone());
            }
        }
        impl<'ast> Visit<'ast> for Fill<'_> {
            fn visit_item(&mut self, item: &'ast syn::Item) {
                match item {
                    syn::Item::Fn(item) => self.add(&item.sig.ident),
                    syn::Item::Static(item) => self.add(&item.ident),
                    syn::Item::Const(item) => self.add(&item.ident),
                    syn::Item::Struct(item) => self.add(&item.ident),
                    syn::Item::Enum(item) => self.add(&item.ident),
                    syn::Item::Trait(item) => self.add(&item.ident),
                    _ => {}
                }
                let syn::Item::Mod(inner) = item else {
                    return syn::visit::visit_item(self, item);
                };
                // A module's own name is cut like any other's.
                self.add(&inner.ident);
                self.module.push(inner.ident.to_string());
                syn::visit::visit_item_mod(self, inner);
                self.module.pop();
            }

            fn visit_foreign_item_fn(&mut self, item: &'ast syn::ForeignItemFn) {
                self.add(&item.sig.ident);
            }

            // Items of a body are printed below it.
            fn visit_block(&mut self, _: &'ast syn::Block) {}
        }
        let mut items = HashMap::new();
        for file in units.iter().flat_map(|unit| &unit.files) {
            let Some((root, module)) = file.module.split_first() else { continue };
            if root == krate || *root == format!("{krate}(bin)") {
                Fill { module: module.to_vec(), items: &mut items }.visit_file(&file.tree);
            }
        }
        Self(items)
    }

    /// A path in the crate with the modules that were cut off in front of an item. None: none were.
    fn full(&self, local: &str, krate: &str) -> Option<String> {
        let first = local.split("::").next().unwrap_or(local);
        match self.0.get(first).map(Vec::as_slice) {
            Some([module]) if !module.is_empty() => {
                Some(format!("{krate}::{}::{local}", module.join("::")))
            }
            _ => None,
        }
    }
}

/// All bodies, by how their paths end.
#[derive(Default)]
struct Bodies {
    paths: HashSet<String>,
    /// Items that are no methods, by their last name.
    free: HashMap<String, Vec<String>>,
    /// Methods, by `Type::method`.
    methods: HashMap<String, Vec<String>>,
}

impl Bodies {
    fn add(&mut self, body: &Body, index: &Index) {
        let name = path::last(&body.path).to_owned();
        self.paths.insert(body.path.clone());
        match index.impl_of(&body.path) {
            Some(found) => {
                let of_type = found.and_then(|found| found.of_type.clone());
                let inherent = found.is_none_or(|found| found.of_trait.is_none());
                if let Some(of_type) = of_type.filter(|_| inherent) {
                    let method = format!("{of_type}::{name}");
                    self.methods.entry(method).or_default().push(body.path.clone());
                }
            }
            None => self.free.entry(name).or_default().push(body.path.clone()),
        }
    }
}

/// Whether a crate was built with this library: one of its names is there, whole. Only then a short name of
/// it can have been cut, and it was only cut where nothing else has it.
fn ours(part: &Part) -> bool {
    let ours = |text: &str| text.contains("failclosed::") || text.contains("failclosed_runtime::");
    part.bodies.iter().any(|body| {
        body.mentions.iter().any(|mention| ours(&mention.full))
            || body.holds.iter().any(|(ty, _)| ours(ty))
            || body.arguments.iter().any(|ty| ours(ty))
    })
}

/// Functions that the workspace declares as another language's.
fn foreign(units: &[Unit]) -> HashSet<String> {
    struct Declared(HashSet<String>);
    impl<'ast> Visit<'ast> for Declared {
        fn visit_foreign_item_fn(&mut self, item: &'ast syn::ForeignItemFn) {
            self.0.insert(item.sig.ident.to_string());
        }
    }
    let mut declared = Declared(HashSet::new());
    for file in units.iter().flat_map(|unit| &unit.files) {
        declared.visit_file(&file.tree);
    }
    declared.0
}

struct Here<'a> {
    krate: &'a str,
    known: &'a Known<'a>,
    all: &'a Bodies,
    /// Whether a short name can be one of this library's.
    ours: bool,
    foreign: HashSet<String>,
}

impl Here<'_> {
    /// What a mention may mean.
    fn meant(&self, mut mention: Mention) -> Vec<Mention> {
        let path = mention.path.clone();
        let in_crate = self.all.paths.contains(&format!("{}::{path}", self.krate))
            || self.all.paths.contains(&path);
        let last = path::last(&path);
        mention.foreign = !in_crate && (mention.foreign || self.foreign.contains(last));
        if mention.foreign {
            // As it is printed where names are whole.
            let own = format!("{}::", self.krate);
            mention.path = path.strip_prefix(&own).unwrap_or(&path).to_owned();
        }
        if in_crate {
            return vec![mention];
        }
        let mut found: Vec<String> = Vec::new();
        let mut printed = vec![path.clone()];
        printed.extend(self.old_names(&path));
        for printed in &printed {
            found.extend(self.looked_for(printed));
            // A list may name the trait or the type alone. Whose method it is, is still for the graph to find.
            let listed: Vec<String> =
                without_impl(printed).iter().flat_map(|name| self.looked_for(name)).collect();
            found.extend((!listed.is_empty()).then(|| path.clone()));
            found.extend(listed);
        }
        let method = path.rsplit("::").nth(1).map(|of| format!("{of}::{last}"));
        if let Some(paths) = method.and_then(|method| self.all.methods.get(&method)) {
            found.extend(paths.iter().cloned());
        }
        // Of another crate of the workspace: by its name alone, or by a way that it can be seen.
        if !path.starts_with('<') && !path.contains("{closure") {
            let theirs = self.all.free.get(last).into_iter().flatten();
            let first = path.split("::").next().unwrap_or_default();
            let seen = |full: &&String| {
                // A macro's item is not in the source, and its body's name may be cut more than this one.
                let (_, local) = full.split_once("::").unwrap_or_default();
                !path.contains("::")
                    || full.starts_with(first)
                    || path.strip_suffix(local).is_some_and(|rest| rest.ends_with("::"))
            };
            found.extend(theirs.filter(seen).cloned());
            // As it is: a longer name is found by the graph as well.
            found.extend(path.contains("::").then(|| mention.path.clone()));
        }
        found.sort();
        found.dedup();
        if found.is_empty() {
            return vec![mention];
        }
        let bodies = |path: &String| self.all.paths.contains(path);
        let foreign = mention.foreign;
        found
            .into_iter()
            .enumerate()
            .map(|(nth, path)| Mention {
                again: nth > 0,
                foreign: foreign && !bodies(&path),
                path,
                place: nowhere(),
                ..mention.clone()
            })
            .collect()
    }

    /// The looked for paths that a printed one may be. Where one is the standard library's, it is that:
    /// another's of the same name would have kept its name whole.
    fn looked_for(&self, printed: &str) -> Vec<String> {
        let built = |full: &&&str| {
            let krate = full.trim_start_matches('<').split("::").next().unwrap_or_default();
            krate == "std" || self.known.built.contains(krate)
        };
        let fit = self.known.looked_for.iter().filter(|full| fits(printed, full)).filter(built);
        let families = self.known.families.iter().filter(|family| {
            let krate = family.split("::").next().unwrap_or(family);
            let built = || self.known.built.iter().any(|built| matches(krate, built));
            fits_family(printed, family) && built()
        });
        // Where a part was cut off, which one of a family it is is not known: it is known by the family's name.
        let families =
            families.map(|family| if matches(family, printed) { printed } else { family });
        let all: Vec<String> = fit.copied().chain(families).map(str::to_owned).collect();
        let of_std: Vec<String> = all
            .iter()
            .filter(|full| full.trim_start_matches('<').starts_with("std::"))
            .cloned()
            .collect();
        if of_std.is_empty() { all } else { of_std }
    }

    /// A printed path with the name that some crate has replaced.
    fn old_names(&self, printed: &str) -> Vec<String> {
        let first = printed.trim_start_matches('<').split([':', ' ']).next().unwrap_or_default();
        let old = self.known.renamed.get(first).into_iter().flatten();
        old.map(|old| printed.replacen(first, old, 1)).collect()
    }

    /// Gives a permit its full name, where it can be no other's.
    fn permit(&self, argument: &mut String) {
        // FAIL CLOSED: where the library is not seen, the name is somebody else's.
        if !self.ours {
            return;
        }
        for name in ["PermitFor", "Permit"] {
            let ty = path::plain_type(argument);
            if ty == name {
                *argument = argument.replacen(name, &format!("failclosed::{name}"), 1);
                return;
            }
        }
    }
}
