// attempt: mask a field that nobody is shown
// stopped by: "so there is nothing to mask"

#[derive(failclosed::Action)]
#[action(name = "fetch")]
pub struct Fetch {
    pub url: String,
    #[action(skip, mask)]
    pub token: String,
}

fn main() {}
