use failclosed::{Denial, requires_permission};

#[requires_permission(action = "start")]
#[tokio::main]
async fn main() -> Result<(), Denial> {
    Ok(println!())
}
