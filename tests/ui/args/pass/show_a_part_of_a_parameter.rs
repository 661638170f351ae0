use failclosed::{Denial, requires_permission};

struct Command {
    program: String,
    env: Vec<(String, String)>,
}

#[requires_permission(action = "run", args(program = command.program), skip(command))]
async fn run(command: Command) -> Result<usize, Denial> {
    Ok(command.program.len() + command.env.len())
}

fn main() {}
