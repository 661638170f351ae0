// attempt: mark a field that may be empty
// stopped by: E0277 "has no guard"

#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: Option<failclosed::Guard>,
}

fn main() {}
