//! What one annotated function costs the compiler: CPU time over the same function unannotated.
//!
//! `cargo bench -p failclosed-benches --bench expansion`

use failclosed_benches::{Failure, compile::Ground, rounds::minimum};

mod variants;

use variants::{FUNCTIONS, Variant, variants};

/// Compilers are slow and repeat themselves well: the minimum of a few rounds is steady.
const ROUNDS: usize = 5;

fn main() -> Result<(), Failure> {
    let variants = variants();
    let ground = Ground::clear("expansion")?;
    let names: Vec<String> = variants.iter().map(|variant| format!("{:?}", variant.name)).collect();
    ground.write(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", names.join(", ")),
    )?;
    for variant in &variants {
        ground.write(&format!("{}/Cargo.toml", variant.name), &variant.manifest())?;
        ground.write(&format!("{}/src/lib.rs", variant.name), &variant.source)?;
    }
    println!(
        "{FUNCTIONS} functions of 8 lines; CPU of one `cargo` run, user + system, minimum of {ROUNDS}"
    );
    println!();
    println!(
        "| variant | check s | ms per fn over plain | check to instrument | build s | ms per fn over plain | build to instrument |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let check = measure(&ground, &variants, "check")?;
    let build = measure(&ground, &variants, "build")?;
    for (index, variant) in variants.iter().enumerate() {
        print!("| {} |", variant.what);
        for seconds in [&check, &build] {
            let per_function = |index: usize| {
                let over = seconds.get(index).zip(seconds.first()).map(|(it, plain)| it - plain);
                over.unwrap_or(f64::NAN) * 1e3 / f64::from(FUNCTIONS)
            };
            let total = seconds.get(index).copied().unwrap_or(f64::NAN);
            let ratio = per_function(index) / per_function(variants::INSTRUMENT);
            print!(" {total:.2} | {:.2} | {ratio:.2} |", per_function(index));
        }
        println!();
    }
    Ok(())
}

/// Seconds of CPU for each variant's own crate; what it depends on is built before.
fn measure(ground: &Ground, variants: &[Variant], command: &str) -> Result<Vec<f64>, Failure> {
    ground.cargo(&[command, "--quiet", "--workspace"])?;
    let mut samples = vec![Vec::with_capacity(ROUNDS); variants.len()];
    for _ in 0..ROUNDS {
        for (variant, samples) in variants.iter().zip(&mut samples) {
            // A new modification time is what makes Cargo build it again.
            ground.write(&format!("{}/src/lib.rs", variant.name), &variant.source)?;
            let (_, took) =
                ground.cargo(&[command, "--quiet", "--offline", "--package", variant.name])?;
            samples.push(took.as_secs_f64());
        }
    }
    Ok(samples.iter().map(|samples| minimum(samples)).collect())
}
