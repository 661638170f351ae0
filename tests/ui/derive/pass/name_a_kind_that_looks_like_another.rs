use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = ("Tool", tool))]
struct Run {
    tool: String,
}

fn main() {}
