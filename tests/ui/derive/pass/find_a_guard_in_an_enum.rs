#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard] open: failclosed::Guard,
}

fn main() {}
