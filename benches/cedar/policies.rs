//! Five policies about the purchase that is asked for, and any number about other things.

use std::fmt::Write as _;

pub(crate) const SCHEMA: &str = r#"
    entity Agent, User, Vendor;
    action purchase, refund, read appliesTo {
        principal: Agent,
        resource: Vendor,
        context: { vendor: String, amount: Long, on_behalf_of: User },
    };
"#;

const FIVE: &str = r#"
    @id("known-vendors")
    permit(principal == Agent::"shopper", action == Action::"purchase", resource)
    when { [Vendor::"coachella.com", Vendor::"books.example"].contains(resource) };
    @id("spending-limit")
    forbid(principal, action == Action::"purchase", resource) when { context.amount > 50000 };
    @id("not-for-mallory")
    forbid(principal, action == Action::"purchase", resource)
    when { context.on_behalf_of == User::"mallory" };
    @id("no-casinos")
    forbid(principal, action == Action::"purchase", resource == Vendor::"casino.example");
    @id("named-as-asked")
    forbid(principal, action == Action::"purchase", resource) when { context.vendor == "" };
"#;

/// `size` policies: the five, and grants of other actions to other agents.
pub(crate) fn policies(size: usize) -> String {
    let mut policies = FIVE.to_owned();
    for index in 5..size {
        let action = if index % 2 == 0 { "refund" } else { "read" };
        let _ = writeln!(
            policies,
            "permit(principal == Agent::\"a{}\", action == Action::\"{action}\", \
             resource == Vendor::\"v{index}\");",
            index / 2
        );
    }
    policies
}
