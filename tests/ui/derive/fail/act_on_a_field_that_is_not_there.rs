// attempt: misspell the field that names the resource
// stopped by: "did you mean `vendor`?"

#[derive(failclosed::Action)]
#[action(name = "purchase", resource = vendro)]
struct Purchase {
    vendor: String,
}

fn main() {}
