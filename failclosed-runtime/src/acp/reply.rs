//! The answer to `session/request_permission`, and nothing but that.
//!
//! Own types, because the SDK's ignore fields they do not know, and the protocol says that there are
//! none: custom data goes into `_meta` (<https://agentclientprotocol.com/protocol/extensibility>). An
//! answer that says more than we understand is not one that we understand.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) outcome: Outcome,
    #[serde(rename = "_meta")]
    _meta: Option<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Outcome {
    Cancelled {
        #[serde(rename = "_meta")]
        _meta: Option<Value>,
    },
    Selected {
        #[serde(rename = "optionId")]
        option_id: String,
        #[serde(rename = "_meta")]
        _meta: Option<Value>,
    },
}
