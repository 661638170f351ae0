// attempt: guard a function that never returns
// stopped by: "a function that never returns cannot return a denial"

use failclosed::requires_permission;

#[requires_permission(action = "serve")]
async fn serve() -> ! {
    std::future::pending().await
}

fn main() {}
