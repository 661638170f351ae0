#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: failclosed::Guard,
    lenient: failclosed::Guard,
}

fn main() {}
