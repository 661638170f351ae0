use failclosed::__private_0_1_0::Named;

fn forge(given: Named) -> Named {
    given
}

fn main() {}
