//! A function with the attribute is the same function: the compiler warns of the same things in the
//! same places, reports the same errors where they are written, and values are dropped in the same
//! order.
//!
//! Each function of the tables is compiled twice, with its attribute and with a comment in its place.
//! What the compiler says of the two must be the same: level, code, message, and every place.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::unit_arg,
    clippy::match_single_binding,
    clippy::manual_async_fn,
    reason = "functions whose temporaries and futures are dropped at other moments"
)]

use compiler::{Said, Twins};

mod compiler;
mod drops;
mod errors;
mod forms;
mod more_warnings;
mod unknown;
mod warnings;

/// One function, as a file. A line `#[guard]`, or with arguments `#[guard(skip(card))]`, is the
/// attribute in one twin and a comment in the other.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
    /// How many things the compiler says of it, so that a twin of nothing is no proof.
    pub(crate) says: usize,
}

/// The tables may grow; if they shrink, this number has to be lowered by hand.
const AT_LEAST: usize = 113;

#[test]
fn warnings_are_those_of_the_function_without_the_attribute() {
    let all: Vec<_> =
        warnings::TABLE.iter().chain(more_warnings::TABLE).chain(forms::TABLE).collect();
    same(&all, "warnings");
}

#[test]
fn errors_are_those_of_the_function_without_the_attribute() {
    same(&errors::TABLE.iter().collect::<Vec<_>>(), "errors");
}

/// A name that is not there, or a token too much, ends the compiler's work: one program for each.
#[test]
fn half_typed_bodies_are_reported_as_without_the_attribute() {
    let faults: Vec<String> = unknown::TABLE
        .iter()
        .zip(compiler::compile(&unknown::TABLE.iter().map(Twins::alone).collect::<Vec<_>>()))
        .flat_map(|(function, said)| differences(function, &said))
        .collect();
    report(&faults);
}

#[test]
fn the_tables_are_whole() {
    let all = [warnings::TABLE, more_warnings::TABLE, forms::TABLE, errors::TABLE, unknown::TABLE]
        .concat();
    assert!(all.len() >= AT_LEAST, "only {} functions are left", all.len());
    for function in &all {
        assert!(function.source.contains("#[guard"), "{} has no attribute", function.name);
        let same = all.iter().filter(|other| other.name == function.name).count();
        assert_eq!(same, 1, "{} stands there twice", function.name);
    }
}

/// The comparison itself can fail.
#[test]
fn a_difference_is_found() {
    let function = &warnings::TABLE[1];
    assert_eq!(function.says, 1);
    let said = Said { file: function.name.into(), what: "warning: other".into() };
    assert!(!differences(function, &(vec![said], Vec::new())).is_empty());
    assert!(!differences(function, &(Vec::new(), Vec::new())).is_empty(), "nothing was said");
}

/// All of them as modules of one program, and of another one without the attributes.
fn same(functions: &[&Function], name: &str) {
    let mut said = compiler::compile(&[Twins::together(name, functions)]);
    let (plain, guarded) = said.pop().unwrap();
    let faults: Vec<String> = functions
        .iter()
        .flat_map(|function| {
            let about = |all: &[Said]| {
                all.iter().filter(|said| said.file == function.name).cloned().collect::<Vec<_>>()
            };
            differences(function, &(about(&plain), about(&guarded)))
        })
        .collect();
    let named = |said: &&Said| functions.iter().any(|function| function.name == said.file);
    let elsewhere: Vec<String> = plain
        .iter()
        .chain(&guarded)
        .filter(|said| !named(said))
        .map(|said| format!("about no function: {}", said.what))
        .collect();
    report(&[faults, elsewhere].concat());
}

fn differences(function: &Function, (plain, guarded): &(Vec<Said>, Vec<Said>)) -> Vec<String> {
    let missing = |from: &[Said], of: &[Said], what: &str| {
        let missing = of.iter().filter(|said| !from.contains(said));
        missing.map(|said| format!("{}: {what}: {}", function.name, said.what)).collect::<Vec<_>>()
    };
    let mut faults = missing(guarded, plain, "only without the attribute");
    faults.extend(missing(plain, guarded, "only with the attribute"));
    if plain.len() != guarded.len() || plain.len() != function.says {
        let (plain, guarded, says) = (plain.len(), guarded.len(), function.says);
        faults.push(format!("{}: {plain} without, {guarded} with, not {says}", function.name));
    }
    faults
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
}
