// attempt: have one permit for many types
// stopped by: "an action with type or const parameters would be several actions under one name"

#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase<T> {
    what: T,
}

fn main() {}
