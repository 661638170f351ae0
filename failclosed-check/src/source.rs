//! The workspace's packages, and their source files as syn reads them.

use std::{
    path::{Path, PathBuf},
    thread,
};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use walkdir::WalkDir;

use crate::{finding::Place, inconclusive::CheckError};

/// A package of the workspace.
#[derive(Debug)]
pub struct Unit {
    /// The package's name.
    pub name: String,
    /// Under which names its code knows this library. Empty: it does not use it.
    pub roots: Vec<String>,
    /// Its source files.
    pub files: Vec<SourceFile>,
}

/// One source file.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// The crate and the module that it is, by where it stands. Empty: not a file of a package.
    pub module: Vec<String>,
    /// As it stands there.
    pub text: String,
    /// As syn reads it.
    pub tree: syn::File,
}

impl SourceFile {
    /// Reads a text as the file of that name.
    ///
    /// # Errors
    /// `Undecided`, where it is not Rust: what cannot be read cannot be called clean.
    pub fn parse(path: impl Into<String>, text: String) -> Result<Self, CheckError> {
        let path = path.into();
        // FAIL CLOSED: a file that is not understood leaves the whole run without a result.
        let tree = syn::parse_file(&text).map_err(|error| {
            let at = error.span().start();
            CheckError::undecided(format!("{path}:{}:{}", at.line, at.column + 1), error)
        })?;
        Ok(Self { path, module: Vec::new(), text, tree })
    }

    /// Where a part of the tree stands.
    pub fn place(&self, span: proc_macro2::Span) -> Place {
        let (start, end) = (span.start(), span.end());
        Place {
            file: self.path.clone(),
            line: start.line,
            column: start.column + 1,
            end_line: end.line,
            end_column: end.column + 1,
        }
    }
}

/// The names of this library's crates.
const OURS: [&str; 2] = ["failclosed", "failclosed-runtime"];

/// What cargo says of the workspace below a directory.
///
/// # Errors
/// `Config`, where there is none.
pub fn metadata(directory: &Path) -> Result<Metadata, CheckError> {
    let mut command = MetadataCommand::new();
    // It asks nothing of the compiler that would have to be unlocked.
    command.current_dir(directory).no_deps().env_remove("RUSTC_BOOTSTRAP");
    command.exec().map_err(|error| CheckError::Config(error.to_string()))
}

/// Every source file of every package of the workspace.
///
/// # Errors
/// `Undecided`, where one cannot be read, or none is there.
pub fn units(metadata: &Metadata) -> Result<Vec<Unit>, CheckError> {
    let root = metadata.workspace_root.as_std_path();
    let packages = metadata.workspace_packages();
    let homes: Vec<PathBuf> = packages.iter().map(|package| home(package)).collect();
    let units: Vec<Unit> =
        packages.iter().map(|package| unit(package, root, &homes)).collect::<Result<_, _>>()?;
    something(units.iter().map(|unit| unit.files.len()).sum())?;
    Ok(units)
}

/// Code is nested as deep as its author likes.
const STACK: usize = 64 << 20;

/// Of how much source the trees are in memory at once, in bytes, where nothing is looked for in more than one file.
const PIECE: u64 = 1 << 20;

/// What is wanted of each package of the workspace. Its trees are gone before those of the next are there: of a
/// large workspace they are hundreds of megabytes. So they are of a large package: one that does not use this
/// library comes in pieces, as no file of it says anything of another.
///
/// # Errors
/// As [`units`].
pub(crate) fn each<T: Send>(
    metadata: &Metadata,
    wanted: impl Fn(Unit) -> T + Sync,
) -> Result<Vec<T>, CheckError> {
    let root = metadata.workspace_root.as_std_path();
    let packages = metadata.workspace_packages();
    let homes: Vec<PathBuf> = packages.iter().map(|package| home(package)).collect();
    let mut all = Vec::new();
    let mut files = 0;
    for package in packages {
        let paths = paths(package, &homes)?;
        let roots = roots(package);
        for piece in pieces(&paths, if roots.is_empty() { PIECE } else { u64::MAX }) {
            let (here, found) = apart(&package.name, || {
                let unit = of_files(package, roots.clone(), piece, root)?;
                Ok((unit.files.len(), wanted(unit)))
            })?;
            files += here;
            all.push(found);
        }
    }
    something(files)?;
    Ok(all)
}

/// Runs what reads source in a thread of its own: what syn knows of places is kept until its thread ends.
///
/// # Errors
/// Its own; `Undecided`, where it came to no end.
pub(crate) fn apart<T: Send>(
    what: &str,
    run: impl FnOnce() -> Result<T, CheckError> + Send,
) -> Result<T, CheckError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let thread = thread.map_err(|error| CheckError::undecided(what, error))?;
        // FAIL CLOSED: what was not read to its end is not without findings.
        thread.join().unwrap_or_else(|_| Err(CheckError::undecided(what, "it panicked")))
    })
}

fn something(files: usize) -> Result<(), CheckError> {
    // FAIL CLOSED: nothing read is not the same as nothing found.
    if files == 0 {
        return Err(CheckError::undecided("the workspace", "no source file was found"));
    }
    Ok(())
}

fn home(package: &Package) -> PathBuf {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest).to_owned()
}

fn unit(package: &Package, root: &Path, homes: &[PathBuf]) -> Result<Unit, CheckError> {
    of_files(package, roots(package), &paths(package, homes)?, root)
}

fn of_files(
    package: &Package,
    roots: Vec<String>,
    paths: &[PathBuf],
    root: &Path,
) -> Result<Unit, CheckError> {
    let files = paths.iter().map(|path| file(path, root, package));
    let files = files.collect::<Result<_, _>>()?;
    Ok(Unit { name: package.name.to_string(), roots, files })
}

/// Under which names a package's code knows this library.
fn roots(package: &Package) -> Vec<String> {
    let mut roots: Vec<String> = package
        .dependencies
        .iter()
        .filter(|dependency| OURS.contains(&dependency.name.as_str()))
        .map(|dependency| dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_"))
        .collect();
    if OURS.contains(&package.name.as_str()) {
        roots.push("crate".to_owned());
    }
    roots
}

/// The files of a package that are part of what runs: a library, a program, an example, a build script. Tests
/// and benches hold what must not work, and are not shipped; a fragment that is no Rust by itself is none of ours.
fn paths(package: &Package, homes: &[PathBuf]) -> Result<Vec<PathBuf>, CheckError> {
    let own = home(package);
    let mut paths = Vec::new();
    let walk = WalkDir::new(&own).sort_by_file_name().into_iter().filter_entry(|entry| {
        let path = entry.path();
        // What belongs to another package, or to a build, is not this package's source.
        path == own || !(entry.file_type().is_dir() && elsewhere(path, homes))
    });
    for entry in walk {
        let entry = entry.map_err(|error| CheckError::undecided(own.display(), error))?;
        let is_rust = entry.path().extension().is_some_and(|kind| kind == "rs");
        if is_rust && entry.file_type().is_file() && runs(entry.path(), package) {
            paths.push(entry.into_path());
        }
    }
    Ok(paths)
}

/// Files together, until they are of that size.
fn pieces(paths: &[PathBuf], size: u64) -> impl Iterator<Item = &[PathBuf]> {
    let mut taken = 0_u64;
    paths.chunk_by(move |before, _| {
        // What has no length is told of when it is read.
        taken += before.metadata().map_or(0, |file| file.len());
        let more = taken < size;
        if !more {
            taken = 0;
        }
        more
    })
}

fn elsewhere(directory: &Path, homes: &[PathBuf]) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    // FAIL CLOSED: a module may be called as the directory is in which cargo builds, and is source.
    name == "target" && directory.join("CACHEDIR.TAG").exists()
        || name.starts_with('.')
        || homes.iter().any(|home| home == directory)
        || directory.join("Cargo.toml").exists()
}

fn file(path: &Path, root: &Path, package: &Package) -> Result<SourceFile, CheckError> {
    let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).map_err(|e| CheckError::undecided(&shown, e))?;
    let mut file = SourceFile::parse(&shown, text)?;
    file.module = module(path, package);
    file.tree.items.retain(|item| !only_tests(item));
    Ok(file)
}

/// `src/pay/stripe.rs` -> `shop`, `pay`, `stripe`. A program beside a library of its name is another crate.
fn module(path: &Path, package: &Package) -> Vec<String> {
    let is_lib = |target: &cargo_metadata::Target| target.is_lib() || target.is_proc_macro();
    let name = |target: &cargo_metadata::Target| target.name.replace('-', "_");
    if let Some(root) = package.targets.iter().find(|target| path == target.src_path.as_std_path())
    {
        let name = name(root);
        let beside = package.targets.iter().any(|other| is_lib(other) && same(other, &name));
        return vec![if beside && !is_lib(root) { format!("{name}(bin)") } else { name }];
    }
    // The nearest root above the file; of a library and a program side by side, the library.
    let above = package.targets.iter().filter_map(|target| {
        let directory = target.src_path.as_std_path().parent()?;
        let inside = path.strip_prefix(directory).ok()?;
        Some((std::cmp::Reverse(inside.components().count()), is_lib(target), target, inside))
    });
    let Some((.., target, inside)) = above.max_by_key(|(depth, lib, ..)| (*depth, *lib)) else {
        return Vec::new();
    };
    let mut module = vec![name(target)];
    let parts = inside.with_extension("");
    module.extend(parts.iter().map(|part| part.to_string_lossy().into_owned()));
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn same(target: &cargo_metadata::Target, name: &str) -> bool {
    target.name.replace('-', "_") == name
}

fn runs(path: &Path, package: &Package) -> bool {
    package.targets.iter().any(|target| {
        let source = target.src_path.as_std_path();
        let modules =
            target.is_lib() || target.is_bin() || target.is_proc_macro() || target.is_example();
        (modules && source.parent().is_some_and(|directory| path.starts_with(directory)))
            || (path == source && target.is_custom_build())
    })
}

fn only_tests(item: &syn::Item) -> bool {
    let syn::Item::Mod(module) = item else { return false };
    module.attrs.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            attribute.path().is_ident("cfg") && list.tokens.to_string() == "test"
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_lost_between_two_pieces() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let walk = WalkDir::new(here).sort_by_file_name().into_iter().flatten();
        let paths: Vec<PathBuf> = walk.map(walkdir::DirEntry::into_path).collect();
        for (size, several) in [(0, true), (1 << 15, true), (u64::MAX, false)] {
            assert_eq!(pieces(&paths, size).collect::<Vec<_>>().concat(), paths, "{size}");
            assert_eq!(pieces(&paths, size).count() > 1, several, "{size}");
        }
        assert_eq!(pieces(&paths, 0).count(), paths.len());
    }
}
