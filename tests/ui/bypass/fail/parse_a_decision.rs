// attempt: read a decision from text
// stopped by: E0277

use failclosed::Decision;

fn read<T: std::str::FromStr>() {}

fn decide() {
    read::<Decision>();
}

fn main() {}
