// shows: a function that a `macro_rules!` makes is guarded as if it was written there

macro_rules! charge {
    ($name:ident, $amount:ident: $type:ty, $error:ty) => {
        #[failclosed::requires_permission(action = "purchase")]
        async fn $name($amount: $type) -> Result<$type, $error> {
            Ok($amount)
        }
    };
}

charge!(charge, amount: u64, failclosed::Denial);

fn main() {}
