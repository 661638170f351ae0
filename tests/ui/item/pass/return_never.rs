use failclosed::requires_permission;

#[requires_permission(action = "serve")]
async fn serve() -> Result<std::convert::Infallible, failclosed::Denial> {
    std::future::pending().await
}

fn main() {}
