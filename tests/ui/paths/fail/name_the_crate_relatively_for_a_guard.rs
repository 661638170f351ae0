// attempt: let the path in the derive of a guard mean another thing in each module
// stopped by: "`crate` must be a path from a root"

#[derive(failclosed::HasGuard)]
#[has_guard(crate = failclosed)]
struct Shop {
    #[guard]
    guard: failclosed::Guard,
}

fn main() {}
