use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "read")]
struct Read;

fn open(_: &str) -> u64 {
    1
}

#[requires_permission(action = Read, prepare(size = open(path)))]
async fn read(#[permit] permit: Permit<'_, Read>, path: &str) -> Result<u64, Denial> {
    drop(permit);
    Ok(path.len() as u64 + size)
}

fn main() {}
