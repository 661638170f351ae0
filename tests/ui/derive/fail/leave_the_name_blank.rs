// attempt: derive an action with a blank name
// stopped by: "the action's name is blank"

#[derive(failclosed::Action)]
#[action(name = "")]
struct Purchase;

fn main() {}
