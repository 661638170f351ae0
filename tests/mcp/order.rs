//! `#[requires_permission]` beside the attributes of rmcp and others, in every order that compiles.
//! Those that must not are in `ui/fail`.

use failclosed::{Denial, guarded, mcp, requires_permission};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, deny},
    decisions,
};
use rmcp::{ErrorData, model::CallToolResult, tool, tool_router};
use tracing::instrument;

use crate::server::connect;

#[derive(Clone, failclosed::HasGuard)]
struct Tools {
    #[guard]
    shop: Shop,
}

#[guarded]
#[tool_router(server_handler)]
impl Tools {
    #[unguarded(reason = "writes down that a body ran")]
    fn ran(&self) -> Result<String, Denial> {
        self.shop.ran();
        Ok("done".into())
    }

    /// Described.
    #[requires_permission(action = "purchase")]
    #[tool]
    async fn between_its_text_and_tool(&self) -> Result<String, Denial> {
        self.ran()
    }

    #[requires_permission(action = "purchase")]
    /// Described.
    #[tool]
    async fn above_all(&self) -> Result<String, Denial> {
        self.ran()
    }

    /// Described.
    #[requires_permission(action = "purchase")]
    #[instrument(skip_all)]
    #[tool]
    async fn above_instrument(&self) -> Result<String, Denial> {
        self.ran()
    }

    /// Described.
    #[instrument(skip_all)]
    #[requires_permission(action = "purchase")]
    #[tool]
    async fn below_instrument(&self) -> Result<String, Denial> {
        self.ran()
    }

    /// Described.
    #[requires_permission(action = "purchase")]
    #[requires_permission(action = "spend")]
    #[tool]
    async fn twice(&self) -> Result<String, Denial> {
        self.ran()
    }

    /// Described.
    #[requires_permission(action = "purchase", on_denied = mcp::tool_error)]
    #[tool]
    async fn with_a_result_of_rmcp(&self) -> Result<CallToolResult, ErrorData> {
        drop(self.ran());
        Ok(CallToolResult::success(Vec::new()))
    }

    /// Described.
    #[requires_permission(action = "purchase")]
    #[tool]
    async fn with_a_bare_result_of_rmcp(&self) -> CallToolResult {
        drop(self.ran());
        CallToolResult::success(Vec::new())
    }

    /// Described, and rmcp loses it.
    #[tool]
    #[requires_permission(action = "purchase")]
    async fn below_tool(&self) -> Result<String, Denial> {
        self.ran()
    }

    #[tool(description = "Described.")]
    #[requires_permission(action = "purchase")]
    async fn below_tool_with_a_description(&self) -> Result<String, Denial> {
        self.ran()
    }
}

const TOOLS: usize = 9;

fn names() -> Vec<String> {
    let tools = Tools::tool_router().list_all();
    assert_eq!(tools.len(), TOOLS);
    tools.into_iter().map(|tool| tool.name.to_string()).collect()
}

/// Each order, with an authority that says no: nothing runs, and the model reads why.
#[tokio::test]
async fn every_order_denies() {
    for tool in names() {
        let running = Rig::with(Says(deny)).build();
        let client = connect(Tools { shop: running.shop.clone() }).await;
        let result = client.call(&tool).await;
        assert_eq!((result.is_error, &result.structured_content), (Some(true), &None), "{tool}");
        let text = result.content[0].as_text().unwrap().text.as_str();
        assert_eq!(text, "Blocked: over the limit", "{tool}");
        assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (0, 1), "{tool}");
    }
}

/// And with one that says yes: the body runs once, after its check.
#[tokio::test]
async fn every_order_allows() {
    for tool in names() {
        let running = Rig::with(Says(allow)).build();
        let client = connect(Tools { shop: running.shop.clone() }).await;
        let result = client.call(&tool).await;
        assert_ne!(result.is_error, Some(true), "{tool}: {result:?}");
        let checks = if tool == "twice" { 2 } else { 1 };
        assert_eq!((running.shop.bodies(), decisions(&running.log).len()), (1, checks), "{tool}");
    }
}

/// The model chooses a tool by its description. Below `#[tool]` rmcp 3.9 drops the doc comment, as it
/// does for any attribute there; when this fails, `guide/attribute_order.md` is out of date.
#[tokio::test]
async fn descriptions_are_kept() {
    let running = Rig::with(Says(deny)).build();
    for tool in connect(Tools { shop: running.shop.clone() }).await.tools().await {
        let described = tool.description.as_deref();
        let expected = if tool.name == "below_tool" { None } else { Some("Described.") };
        assert_eq!(described, expected, "{}", tool.name);
    }
}
