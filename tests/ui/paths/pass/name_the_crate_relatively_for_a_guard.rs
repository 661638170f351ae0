#[derive(failclosed::HasGuard)]
#[has_guard(crate = ::failclosed)]
struct Shop {
    #[guard]
    guard: failclosed::Guard,
}

fn main() {}
