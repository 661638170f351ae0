use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Till<'a> {
    permit: Option<Permit<'a, Purchase>>,
}

#[requires_permission(action = Purchase, skip(till))]
async fn buy(
    #[permit] permit: Permit<'_, Purchase>,
    till: &mut Till<'_>,
) -> Result<(), Denial> {
    till.permit = None;
    drop(permit);
    Ok(())
}

fn main() {}
