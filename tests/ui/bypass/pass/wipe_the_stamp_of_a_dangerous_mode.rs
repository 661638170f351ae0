use failclosed::decision::Allow;

fn wipe(allow: &mut Allow) {
    let _ = allow.grounds();
}

fn main() {}
