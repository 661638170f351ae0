// attempt: name a resource by a number that is not whole
// stopped by: E0277 "does not name a resource"

#[derive(failclosed::Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase {
    vendor: f64,
}

fn main() {}
