// attempt: derive an action on what people and logs must not see
// stopped by: "the resource is shown to people and logs"

#[derive(failclosed::Action)]
#[action(name = "fetch", resource = token)]
pub struct Fetch {
    pub url: String,
    #[action(mask)]
    pub token: String,
}

fn main() {}
