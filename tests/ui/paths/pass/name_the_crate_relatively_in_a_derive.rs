#[derive(failclosed::Action)]
#[action(name = "purchase", crate = ::failclosed)]
struct Purchase;

fn main() {}
