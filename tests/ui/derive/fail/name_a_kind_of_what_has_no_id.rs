// attempt: name the kind of a resource whose id is no text
// stopped by: E0277 "`f64` is not the id of a resource"

use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = ("Tool", tool))]
struct Run {
    tool: f64,
}

fn main() {}
