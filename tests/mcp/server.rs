//! A server and a client in one process.

use rmcp::{
    RoleClient, ServerHandler, ServiceExt,
    model::{CallToolRequestParams, CallToolResult, Tool},
    service::RunningService,
};

/// A client that is connected to `server`.
pub(crate) async fn connect(server: impl ServerHandler) -> Connected {
    let (here, there) = tokio::io::duplex(64 * 1024);
    let serving = tokio::spawn(async move { server.serve(there).await.unwrap().waiting().await });
    let client = ().serve(here).await.unwrap();
    drop(serving);
    Connected(client)
}

pub(crate) struct Connected(RunningService<RoleClient, ()>);

impl Connected {
    pub(crate) async fn call(&self, tool: &str) -> CallToolResult {
        let params = CallToolRequestParams::new(tool.to_owned());
        self.0.call_tool(params).await.expect("no protocol error")
    }

    pub(crate) async fn tools(&self) -> Vec<Tool> {
        self.0.list_all_tools().await.unwrap()
    }
}
