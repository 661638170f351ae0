//! What depending on the core costs a program that does nothing else: crates, and the CPU time of a
//! clean `cargo check`, beside an HTTP client alone.
//!
//! `cargo bench -p failclosed-benches --bench footprint`

use failclosed_benches::{
    Failure,
    compile::{Ground, ROOT},
    rounds::minimum,
};

/// A clean build takes a minute of CPU, and its minimum is steady.
const ROUNDS: usize = 3;

fn main() -> Result<(), Failure> {
    let leaves = [
        ("failclosed", format!("failclosed = {{ path = {ROOT:?} }}")),
        ("reqwest", "reqwest = \"0.13\"".to_owned()),
    ];
    let mut grounds = Vec::new();
    for (name, dependency) in &leaves {
        let ground = Ground::clear(&format!("footprint-{name}"))?;
        let manifest =
            "[workspace]\n[package]\nname = \"leaf\"\nedition = \"2024\"\n[dependencies]";
        ground.write("Cargo.toml", &format!("{manifest}\n{dependency}\n"))?;
        ground.write("src/lib.rs", "")?;
        // Downloads are not CPU time, but unpacking them is.
        ground.cargo(&["fetch", "--quiet"])?;
        grounds.push((name, ground, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, ground, samples) in &mut grounds {
            ground.clean()?;
            samples.push(ground.cargo(&["check", "--quiet", "--offline"])?.1.as_secs_f64());
        }
    }
    println!("| leaf crate depends on | crates in its tree | clean `cargo check`, CPU s |");
    println!("| --- | ---: | ---: |");
    for (name, ground, samples) in &grounds {
        println!("| {name} | {} | {:.1} |", crates(ground)?, minimum(samples));
    }
    Ok(())
}

/// Every crate that is built for this machine, procedural macros and build scripts included.
fn crates(ground: &Ground) -> Result<usize, Failure> {
    let (tree, _) = ground.cargo(&[
        "tree",
        "--offline",
        "--prefix",
        "none",
        "--edges",
        "normal,build",
        "--no-dedupe",
    ])?;
    // The same crate is listed once for each path to it; the first line is the leaf itself.
    let mut crates: Vec<&str> =
        tree.lines().skip(1).map(|line| line.trim_end_matches(" (proc-macro)")).collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(crates.len())
}
