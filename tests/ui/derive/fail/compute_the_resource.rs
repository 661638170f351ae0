// attempt: compute the resource of an action
// stopped by: "the resource of an action is one of its fields, or a kind and a field"

use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = self.tool.trim())]
struct Run {
    tool: String,
}

fn main() {}
