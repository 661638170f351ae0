// attempt: put several actions under one name
// stopped by: "`Action` can only be derived for a struct"

#[derive(failclosed::Action)]
#[action(name = "purchase")]
enum Purchase {
    Card(u64),
}

fn main() {}
