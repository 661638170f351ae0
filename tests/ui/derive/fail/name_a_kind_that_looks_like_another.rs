// attempt: name a kind of a resource that looks like another one
// stopped by: "the resource is blank or too long, or has white space around it"

use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = ("Tool\u{200b}", tool))]
struct Run {
    tool: String,
}

fn main() {}
