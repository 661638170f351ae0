#[derive(failclosed::Action)]
#[action(name = "tool", instance = name)]
struct Call {
    name: String,
}

fn main() {}
