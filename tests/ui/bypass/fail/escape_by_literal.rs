// attempt: switch enforcement off without the warning
// stopped by: E0451

use failclosed::danger::AllowEverything;

fn escape(given: AllowEverything) -> AllowEverything {
    println!("{given:?}");
    AllowEverything { stamp: "".into() }
}

fn main() {}
