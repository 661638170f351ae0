#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: std::sync::Arc<failclosed::Guard>,
}

fn main() {}
