use failclosed::Decision;

fn read<T: serde::de::DeserializeOwned>() {}

fn decide() {
    read::<String>();
    drop(Decision::deny("not understood"));
}

fn main() {}
