use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn read<T: serde::de::DeserializeOwned>() {}

fn forge() {
    drop::<Option<Permit<'static, Purchase>>>(None);
    read::<String>();
}

fn main() {}
