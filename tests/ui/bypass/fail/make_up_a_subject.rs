// attempt: name a subject without having it checked
// stopped by: E0451

use failclosed::Subject;

fn who(given: Subject) -> Subject {
    Subject { agent: String::new(), ..given }
}

fn main() {}
