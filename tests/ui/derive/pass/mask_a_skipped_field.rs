#[derive(failclosed::Action)]
#[action(name = "fetch")]
pub struct Fetch {
    pub url: String,
    #[action(mask)]
    pub token: String,
}

fn main() {}
