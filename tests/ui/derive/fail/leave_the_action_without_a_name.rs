// attempt: derive an action that no authority could name
// stopped by: "the action has no name"

#[derive(failclosed::Action)]
struct Purchase;

fn main() {}
