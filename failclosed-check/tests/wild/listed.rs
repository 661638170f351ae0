//! A list is proven by a program that names each of its effects.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use failclosed_check::{
    config::Config,
    run::{self, Options},
    sinks::{self, Sink},
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Whether the fixture is built with the crate that an effect is of; the standard library is there anyway.
fn depends(fixture: &Path, sink: &Sink) -> bool {
    let manifest = fs::read_to_string(fixture.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let krate = sink.path.trim_start_matches('<').split("::").next().unwrap().replace('_', "-");
    let dependencies = manifest["dependencies"].as_table().unwrap();
    // `aws-sdk-*`.
    let family = krate.split_once('*').map(|(start, _)| start);
    krate == "std"
        || dependencies.contains_key(&krate)
        || family.is_some_and(|start| dependencies.keys().any(|name| name.starts_with(start)))
}

/// Every effect of the lists that is of a crate which the fixture has.
pub(crate) fn of(name: &str) -> BTreeSet<String> {
    let home = fixture(name);
    let all = sinks::all(&Config::load(&home).unwrap()).unwrap();
    all.into_iter().filter(|sink| depends(&home, sink)).map(|sink| sink.path).collect()
}

/// Those of them that are not found where the fixture names them.
pub(crate) fn missing(name: &str, of: &BTreeSet<String>) -> Vec<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = fixture(name);
    if !home.join("Cargo.lock").exists() {
        // What both have in common is not resolved twice.
        fs::copy(repository.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    }
    let wrapper = PathBuf::from(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
    let mut options = Options::new(&home, Some(wrapper));
    options.target = Some(repository.join("target/check-fixtures"));
    let report = run::check(&options).unwrap();
    let found: BTreeSet<String> = report.findings.iter().filter_map(|f| f.sink.clone()).collect();
    let all = sinks::all(&Config::load(&home).unwrap()).unwrap();
    let of = all.iter().filter(|sink| of.contains(&sink.path));
    of.filter(|sink| !found.iter().any(|path| sink.fits(path)))
        .map(|sink| sink.path.clone())
        .collect()
}
