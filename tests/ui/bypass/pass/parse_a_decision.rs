use failclosed::Decision;

fn read<T: std::str::FromStr>() {}

fn decide() {
    read::<String>();
    drop(Decision::deny("not understood"));
}

fn main() {}
