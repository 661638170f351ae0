// attempt: give an option that is not understood
// stopped by: "unknown option `optional`; expected `name`, `resource`, `instance`, `crate`"

#[derive(failclosed::Action)]
#[action(name = "purchase", optional)]
struct Purchase;

fn main() {}
