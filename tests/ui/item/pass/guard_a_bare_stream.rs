use failclosed::requires_permission;

trait Stream {}
impl Stream for () {}

#[requires_permission(action = "purchase")]
async fn charges() -> Result<impl Stream, failclosed::Denial> {
    Ok(println!())
}

fn main() {}
