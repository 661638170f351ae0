use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
}

fn main() {}
