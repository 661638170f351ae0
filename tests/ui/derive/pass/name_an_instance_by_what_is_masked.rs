#[derive(failclosed::Action)]
#[action(name = "tool", instance = name)]
struct Call {
    name: String,
    #[action(mask)]
    token: String,
}

fn main() {}
