// attempt: misspell what keeps a secret from the authority
// stopped by: "did you mean `skip`?"

struct Card;

#[derive(failclosed::Action)]
#[action(name = "purchase")]
struct Purchase {
    #[action(skipp)]
    card: Card,
}

fn main() {}
