use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
async fn charge() -> Result<(), failclosed::Denial> { Ok(println!()) }

fn main() {}
