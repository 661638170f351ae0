// attempt: read a decision from a wire
// stopped by: E0277

use failclosed::Decision;

fn read<T: serde::de::DeserializeOwned>() {}

fn decide() {
    read::<Decision>();
}

fn main() {}
