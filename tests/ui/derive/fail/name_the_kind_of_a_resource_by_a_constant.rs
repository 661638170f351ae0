// attempt: name the kind of a resource by a constant
// stopped by: "the resource of an action is one of its fields, or a kind and a field"

use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = (TOOL, tool))]
struct Run {
    tool: String,
}

fn main() {}
