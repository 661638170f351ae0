#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: failclosed::Guard,
}

fn main() {}
