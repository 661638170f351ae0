// attempt: carry an argument that the authority cannot see
// stopped by: E0277 "cannot be shown to the authority"

struct Card;

#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase {
    card: Card,
}

fn main() {}
