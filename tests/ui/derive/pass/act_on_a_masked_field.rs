#[derive(failclosed::Action)]
#[action(name = "fetch", resource = url)]
pub struct Fetch {
    pub url: String,
    #[action(mask)]
    pub token: String,
}

fn main() {}
