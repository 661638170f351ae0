// attempt: let the path in a derive mean another thing in each module
// stopped by: "`crate` must be a path from a root"

#[derive(failclosed::Action)]
#[action(name = "purchase", crate = failclosed)]
struct Purchase;

fn main() {}
