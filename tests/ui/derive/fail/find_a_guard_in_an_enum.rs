// attempt: have a guard in some cases
// stopped by: "`HasGuard` can only be derived for a struct"

#[derive(failclosed::HasGuard)]
enum Shop {
    Open(#[guard] failclosed::Guard),
}

fn main() {}
