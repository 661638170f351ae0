struct Card;

#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase {
    #[action(skip)]
    card: Card,
}

fn main() {}
