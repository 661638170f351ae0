// attempt: call the runtime of another version than the macro's
// stopped by: E0432

async fn charge(guard: failclosed::Guard) {
    use failclosed::__private_0_0_9 as private;
    let entry = private::Entry::named("purchase");
    let _ = private::enter(&private::Asking::new(&guard, entry, &|_| {})).await;
}

fn main() {}
