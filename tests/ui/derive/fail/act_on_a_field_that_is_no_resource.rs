// attempt: name a resource by a number
// stopped by: E0277 "does not name a resource"

#[derive(failclosed::Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase {
    vendor: u64,
}

fn main() {}
