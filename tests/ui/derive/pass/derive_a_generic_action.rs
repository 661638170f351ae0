#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase {
    what: u64,
}

fn main() {}
