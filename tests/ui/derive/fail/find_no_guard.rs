// attempt: derive a guard from a struct that marks none
// stopped by: "no field is marked `#[guard]`"

#[derive(failclosed::HasGuard)]
struct Shop {
    guard: failclosed::Guard,
}

fn main() {}
