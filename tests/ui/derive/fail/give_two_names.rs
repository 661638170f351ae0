// attempt: let one name of an action hide another
// stopped by: "this option is given twice"

#[derive(failclosed::Action)]
#[action(name = "read", name = "purchase")]
struct Purchase;

fn main() {}
