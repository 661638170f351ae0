// attempt: guard `main` below the attribute that makes it a sync function
// stopped by: "move `#[requires_permission(..)]` above it"

use failclosed::{Denial, requires_permission};

#[tokio::main]
#[requires_permission(action = "start")]
async fn main() -> Result<(), Denial> {
    Ok(println!())
}
