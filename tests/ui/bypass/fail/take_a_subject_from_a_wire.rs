// attempt: let a message say who is acting
// stopped by: E0277

fn read<T: serde::de::DeserializeOwned>() {}

fn who() {
    read::<failclosed::Subject>();
}

fn main() {}
