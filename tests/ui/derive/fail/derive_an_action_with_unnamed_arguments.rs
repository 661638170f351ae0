// attempt: carry an argument without a name
// stopped by: "an argument needs a name"

#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase(u64);

fn main() {}
