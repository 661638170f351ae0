#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase {
    card: u64,
}

fn main() {}
