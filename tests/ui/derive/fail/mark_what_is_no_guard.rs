// attempt: mark a field that is not a guard
// stopped by: E0277 "has no guard"

#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: bool,
}

fn main() {}
