async fn charge(guard: failclosed::Guard) {
    use failclosed::__private_0_1_0 as private;
    let entry = private::Entry::named("purchase");
    let _ = private::enter(&private::Asking::new(&guard, entry, &|_| {})).await;
}

fn main() {}
