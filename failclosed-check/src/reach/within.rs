//! Whose type a name may mean: two crates may each have one of that name, and only what a crate depends on can
//! be named in it.

use std::{
    collections::{HashMap, HashSet},
    fs,
};

use cargo_metadata::Metadata;
use serde::Deserialize;

use super::index::Index;

/// Of `Cargo.lock`: which package is built on which, by name, in any build.
#[derive(Debug, Default, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    /// A name; where there are several of it, a version after it.
    #[serde(default)]
    dependencies: Vec<String>,
}

/// Which package of the workspace can name the types of which.
#[derive(Debug, Default)]
pub(crate) struct Within {
    /// Packages of the workspace by the names of their crates.
    packages: HashMap<String, Vec<String>>,
    /// What a package is built on, itself among it. A package that is not here can name everything.
    sees: HashMap<String, HashSet<String>>,
    /// Crates of others.
    others: HashSet<String>,
    /// Whether paths are printed whole, so that what one begins with says whose it is.
    whole: bool,
}

impl Within {
    pub(crate) fn of(metadata: &Metadata, built: &HashSet<String>, strict: bool) -> Self {
        let mut packages: HashMap<String, Vec<String>> = HashMap::new();
        for package in metadata.workspace_packages() {
            for target in &package.targets {
                let of = packages.entry(target.name.replace('-', "_")).or_default();
                of.push(package.name.to_string());
            }
        }
        let standard = ["std", "core", "alloc"].map(str::to_owned);
        let others = built.iter().cloned().chain(standard);
        let others = others.filter(|name| !packages.contains_key(name)).collect();
        let lock = fs::read_to_string(metadata.workspace_root.join("Cargo.lock"));
        // FAIL CLOSED: without a lock file that is understood, each package can name everything.
        let lock = lock.ok().and_then(|text| toml::from_str::<Lock>(&text).ok());
        let names = metadata.workspace_packages().into_iter().map(|package| package.name.as_str());
        let sees = sees(&lock.unwrap_or_default(), names);
        Self { packages, sees, others, whole: !strict }
    }

    /// The packages that a crate may be of.
    pub(crate) fn packages(&self, krate: &str) -> &[String] {
        self.packages.get(krate).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether what is of one package may have a type of another in it.
    pub(crate) fn sees(&self, package: &str, other: &str) -> bool {
        // FAIL CLOSED: a package that the lock file does not know may be built on any.
        self.sees.get(package).is_none_or(|seen| seen.contains(other))
    }

    /// Whether a name that a body of a crate prints, after a path that begins with `root`, may be a type of that
    /// package.
    pub(crate) fn may(&self, krate: &str, root: Option<&str>, of: &str, index: &Index) -> bool {
        let own = self.packages(krate);
        let is_own = || own.is_empty() || own.iter().any(|package| package == of);
        let seen = || own.is_empty() || own.iter().any(|package| self.sees(package, of));
        if !self.whole {
            return seen();
        }
        // A type at the root of the body's own crate.
        let Some(root) = root else { return is_own() };
        let module = own.iter().any(|package| index.has_module(package, root));
        let member = self.packages.get(root);
        let known = module || member.is_some() || self.others.contains(root);
        if !known {
            // FAIL CLOSED: a module that a macro made, a function, another name of a crate.
            return seen();
        }
        // By the crate that it is seen through, which need not be its own.
        module && is_own()
            || member.is_some_and(|all| all.iter().any(|package| self.sees(package, of)))
    }
}

/// What each package of the workspace is built on, through whatever is between them.
fn sees<'n>(lock: &Lock, names: impl Iterator<Item = &'n str>) -> HashMap<String, HashSet<String>> {
    let mut on: HashMap<&str, Vec<&str>> = HashMap::new();
    for package in &lock.package {
        let dependencies = package.dependencies.iter().filter_map(|text| text.split(' ').next());
        on.entry(&package.name).or_default().extend(dependencies);
    }
    let mut all = HashMap::new();
    for name in names.filter(|name| on.contains_key(name)) {
        let mut seen = HashSet::from([name.to_owned()]);
        let mut queue = vec![name];
        while let Some(at) = queue.pop() {
            for next in on.get(at).into_iter().flatten() {
                if seen.insert((*next).to_owned()) {
                    queue.push(next);
                }
            }
        }
        all.insert(name.to_owned(), seen);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_sees_what_it_is_built_on_through_others() {
        let text = "[[package]]\nname = \"a\"\ndependencies = [\"b 1.0.0\"]\n\
                    [[package]]\nname = \"b\"\ndependencies = [\"c\"]\n[[package]]\nname = \"c\"\n";
        let lock: Lock = toml::from_str(text).unwrap_or_default();
        let within = Within {
            sees: sees(&lock, ["a", "b", "c", "unlocked"].into_iter()),
            ..Within::default()
        };
        for (package, other, expected) in [
            ("a", "a", true),
            ("a", "c", true),
            ("c", "a", false),
            ("b", "a", false),
            ("unlocked", "a", true),
        ] {
            assert_eq!(within.sees(package, other), expected, "{package} {other}");
        }
    }
}
