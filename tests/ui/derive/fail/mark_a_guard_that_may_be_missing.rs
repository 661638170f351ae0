// attempt: mark a field that may be empty
// stopped by: E0277 "a guard is never optional, and this is a `Guard` or none"

#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: Option<failclosed::Guard>,
}

fn main() {}
