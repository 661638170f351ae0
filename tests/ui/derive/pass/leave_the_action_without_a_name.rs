#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase;

fn main() {}
