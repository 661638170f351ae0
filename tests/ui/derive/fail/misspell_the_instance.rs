// attempt: misspell the field that names which one of its kind an action is
// stopped by: "did you mean `name`?"

#[derive(failclosed::Action)]
#[action(name = "tool", instance = nam)]
struct Call {
    name: String,
}

fn main() {}
