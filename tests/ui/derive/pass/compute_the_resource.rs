use failclosed::Action;

#[derive(Action)]
#[action(name = "run", resource = tool)]
struct Run {
    tool: String,
}

fn main() {}
