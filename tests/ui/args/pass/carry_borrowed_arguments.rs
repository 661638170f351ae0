// shows: an action carries what it borrows, arguments are renamed and picked, the rest is shown as passed

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase<'a> {
    vendor: &'a str,
    amount: u64,
}

#[derive(serde::Serialize)]
struct Order {
    vendor: String,
    amount: u64,
}

#[requires_permission(action = Purchase { vendor: &order.vendor, amount: order.amount }, args(count = pieces.len(), pieces = pieces), skip(order))]
async fn charge(order: &Order, pieces: Vec<String>, note: Option<&str>) -> Result<usize, Denial> {
    Ok(order.vendor.len() + pieces.len() + note.map_or(0, str::len))
}

fn main() {}
