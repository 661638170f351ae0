#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase { amount: u64 }

fn main() {}
