// shows: a guard may be in a tuple struct, in a generic one, and behind a pointer

use std::sync::Arc;

use failclosed::{Guard, HasGuard};

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

#[derive(HasGuard)]
struct Mall<'a, T: Clone> {
    #[guard]
    shop: Arc<Shop>,
    name: &'a T,
}

fn main() {}
