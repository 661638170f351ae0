//! Policy engines, each with a small set of policies and one question that is allowed.

use std::hint::black_box;

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use cedar_policy::{Authorizer, Context, Decision, Entities, PolicySet, Request};
use failclosed_benches::Failure;

/// Role-based access: 20 permissions of one role, one user in it. casbin goes through the policies
/// in order, so the one that allows is given by its position.
pub(crate) async fn casbin(allowing: usize) -> Result<impl Fn() -> bool, Failure> {
    let model = DefaultModel::from_str(
        "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n\
         [role_definition]\ng = _, _\n[policy_effect]\ne = some(where (p.eft == allow))\n\
         [matchers]\nm = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act\n",
    )
    .await?;
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
    for index in 0..20 {
        let object = if index == allowing { "vendor".into() } else { format!("other{index}") };
        enforcer.add_policy(vec!["buyer".into(), object, "purchase".into()]).await?;
    }
    enforcer.add_grouping_policy(vec!["alice".into(), "buyer".into()]).await?;
    let ask = move || {
        enforcer.enforce((black_box("alice"), black_box("vendor"), "purchase")).unwrap_or(false)
    };
    if ask() { Ok(ask) } else { Err("casbin denies".into()) }
}

/// Three policies, one of which has the amount as a condition. The request is built before.
pub(crate) fn cedar() -> Result<impl Fn() -> Decision, Failure> {
    let policies: PolicySet = "
        permit(principal == Agent::\"shopper\", action == Action::\"purchase\", resource)
            when { context.amount <= 1000 };
        forbid(principal, action == Action::\"purchase\", resource == Vendor::\"casino.example\");
        permit(principal == Agent::\"shopper\", action == Action::\"refund\", resource);
    "
    .parse()?;
    let request = Request::new(
        "Agent::\"shopper\"".parse()?,
        "Action::\"purchase\"".parse()?,
        "Vendor::\"coachella.com\"".parse()?,
        Context::from_json_str("{\"amount\": 742}", None)?,
        None,
    )?;
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    let ask =
        move || authorizer.is_authorized(black_box(&request), &policies, &entities).decision();
    if ask() == Decision::Allow { Ok(ask) } else { Err("cedar denies".into()) }
}
