use failclosed::danger::AllowEverything;

fn escape(given: AllowEverything) -> AllowEverything {
    println!("{given:?}");
    given
}

fn main() {}
