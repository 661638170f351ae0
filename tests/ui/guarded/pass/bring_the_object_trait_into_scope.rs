module 'E0603' use
Denial,

fn main() {}
