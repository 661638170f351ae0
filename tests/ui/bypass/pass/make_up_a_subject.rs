use failclosed::Subject;

fn who(given: Subject) -> Subject {
    given
}

fn main() {}
