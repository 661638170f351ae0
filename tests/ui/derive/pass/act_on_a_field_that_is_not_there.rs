#[derive(failclosed::Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase {
    vendor: String,
}

fn main() {}
