// attempt: put a masked field into an action's name
// stopped by: "the action's name is shown to people and logs"

#[derive(failclosed::Action)]
#[action(name = "tool", instance = token)]
struct Call {
    #[action(mask)]
    token: String,
}

fn main() {}
