//! What rmcp hands to a tool beside its arguments is known by its type, and needs no `skip`.

use failclosed::{
    Denial, Guard, Subject,
    audit::{Entry, MemoryLog},
    authority::answer_fn,
    guarded,
    mcp::{
        CallerGuards, ToolCall,
        rmcp::{self, Peer, RoleServer, service::RequestContext, tool, tool_router},
    },
    requires_permission,
};

use crate::server::connect;

#[derive(Clone)]
struct Tools {
    guards: CallerGuards,
}

#[guarded]
#[tool_router(server_handler)]
impl Tools {
    /// Takes everything.
    #[requires_permission(action = "all", guard = self.guards.of(&call))]
    #[tool]
    async fn all(
        &self,
        call: ToolCall,
        peer: Peer<RoleServer>,
        context: RequestContext<RoleServer>,
    ) -> Result<String, Denial> {
        let same = peer.peer_info().is_some() && context.peer.peer_info().is_some();
        Ok(format!("{}: {same}", call.tool()))
    }
}

#[tokio::test]
async fn what_came_with_a_call_is_no_argument() {
    for allows in [true, false] {
        let log = MemoryLog::new();
        let authority = answer_fn(move |_| match allows {
            true => failclosed::Decision::allow().into(),
            false => failclosed::Decision::deny("not today").into(),
        });
        let subject = Subject::agent("shopper").unwrap();
        let guard = Guard::builder(subject, authority, log.clone());
        let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
        let client = connect(Tools { guards: CallerGuards::new(guard) }).await;
        let said = client.call("all").await;
        assert_eq!(said.is_error.unwrap_or(false), !allows);
        let Some(Entry::Decision(decision)) = log.entries().into_iter().next() else {
            panic!("no decision first")
        };
        assert_eq!(decision.arguments, serde_json::json!({}));
        assert_eq!(log.entries().len(), 1 + usize::from(allows));
    }
}
