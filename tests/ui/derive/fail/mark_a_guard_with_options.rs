// attempt: give the guard an option that is not understood
// stopped by: "`#[guard]` takes no options"

#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard(optional)]
    guard: failclosed::Guard,
}

fn main() {}
