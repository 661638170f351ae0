// attempt: remove the stamp of a dangerous mode from an allow
// stopped by: E0616

use failclosed::decision::Allow;

fn wipe(allow: &mut Allow) {
    allow.danger = None;
}

fn main() {}
