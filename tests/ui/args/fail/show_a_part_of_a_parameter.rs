// attempt: show one field of a parameter, and let the rest go unseen
// stopped by: "is shown only in part"

use failclosed::{Denial, requires_permission};

struct Command {
    program: String,
    env: Vec<(String, String)>,
}

#[requires_permission(action = "run", args(program = command.program))]
async fn run(command: Command) -> Result<usize, Denial> {
    Ok(command.program.len() + command.env.len())
}

fn main() {}
