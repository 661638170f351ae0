fn read<T: serde::de::DeserializeOwned>() {}

fn who() {
    read::<String>();
}

fn main() {}
