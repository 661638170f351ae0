// attempt: derive a guard from a struct with two of them
// stopped by: "two fields are marked `#[guard]`, and each method has one guard"

#[derive(failclosed::HasGuard)]
struct Shop {
    #[guard]
    guard: failclosed::Guard,
    #[guard]
    lenient: failclosed::Guard,
}

fn main() {}
