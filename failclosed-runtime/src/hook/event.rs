//! What each host says of a call.
//!
//! A member that the host's documentation promises has to be there, in its kind. Members that are not
//! known are passed over: they come with each version, and what the tool is given is in its input, of
//! which nothing is passed over.

use std::borrow::Cow;

use super::{Host, MAX_EVENT_BYTES, contract::Contract, shown::Input};
use crate::{
    strict::{Object, Value},
    text,
};

/// The longest name of a tool, in characters.
const MAX_TOOL: usize = 256;

/// One tool call, as its host tells it.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) contract: Contract,
    pub(super) event: String,
    pub(super) tool: String,
    pub(super) input: Input,
    /// The MCP server that is called, by its address or its command.
    pub(super) server: Option<String>,
    pub(super) session: Option<String>,
    pub(super) cwd: Option<String>,
    /// The host's own mode of permissions.
    pub(super) mode: Option<String>,
    /// Whether a command is to run in the host's sandbox.
    pub(super) sandbox: Option<bool>,
}

/// What cannot be asked about, and whose words it is told in.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) contract: Contract,
    pub(super) fault: String,
}

type Fault = Cow<'static, str>;

impl Event {
    /// # Errors
    /// Anything but one event, known and whole, of this host; or of any, where none is named.
    pub(super) fn read(host: Option<Host>, bytes: &[u8]) -> Result<Self, Unreadable> {
        let own = Contract::of(host);
        let unreadable =
            |contract, fault: Fault| Unreadable { contract, fault: fault.into_owned() };
        let told = Object::read(bytes, MAX_EVENT_BYTES, "the event");
        let told = told.map_err(|why| unreadable(own, why.detail().to_owned().into()))?;
        let name = required(&told, "hook_event_name").map_err(|fault| unreadable(own, fault))?;
        let Some(contract) = Contract::of_event(host, name) else {
            // FAIL CLOSED: what a reply does there is not known.
            let fault = format!("the event {name:?} is not one before a tool of {}", own.names());
            return Err(unreadable(own, fault.into()));
        };
        // From here on a fault is told as that host reads it.
        let told = told_by(contract, &told, name);
        told.and_then(|told| Self::of(contract, name, told))
            .map_err(|fault| unreadable(contract, fault))
    }

    fn of(contract: Contract, event: &str, told: Told) -> Result<Self, Fault> {
        let Told { tool, input, server, session, cwd, mode, sandbox } = told;
        if tool.trim() != tool || tool.chars().count() > MAX_TOOL {
            return Err("the tool's name is too long, or begins or ends with a blank".into());
        }
        if tool.chars().any(text::is_invisible) {
            // FAIL CLOSED: a policy is about the name that its author saw.
            return Err("the tool's name has a character that nobody sees".into());
        }
        let event = event.to_owned();
        Ok(Self { contract, event, tool, input, server, session, cwd, mode, sandbox })
    }
}

/// What is read out of an event, whoever it is from.
struct Told {
    tool: String,
    input: Input,
    server: Option<String>,
    session: Option<String>,
    cwd: Option<String>,
    mode: Option<String>,
    sandbox: Option<bool>,
}

fn told_by(contract: Contract, told: &Object, event: &str) -> Result<Told, Fault> {
    match contract {
        Contract::Claude | Contract::Codex | Contract::ClaudeOrCodex | Contract::Gemini => {
            let mode = match contract {
                Contract::Codex => Some(required(told, "permission_mode")?),
                Contract::Claude
                | Contract::ClaudeOrCodex
                | Contract::Cursor
                | Contract::Gemini
                | Contract::Unknown => optional(told, "permission_mode")?,
            };
            Ok(Told {
                tool: required(told, "tool_name")?.to_owned(),
                input: Input::of(object(told, "tool_input")?)?,
                server: None,
                session: Some(required(told, "session_id")?.to_owned()),
                cwd: Some(required(told, "cwd")?.to_owned()),
                mode: mode.map(str::to_owned),
                sandbox: None,
            })
        }
        Contract::Cursor => cursor(told, event),
        // FAIL CLOSED: nobody's event.
        Contract::Unknown => Err("the event's host is not known".into()),
    }
}

fn cursor(told: &Object, event: &str) -> Result<Told, Fault> {
    let mut server = None;
    let mut sandbox = None;
    let (tool, input) = match event {
        "preToolUse" => (required(told, "tool_name")?, Input::of(object(told, "tool_input")?)?),
        "beforeShellExecution" => {
            sandbox = match told.get("sandbox") {
                None | Some(Value::Null) => None,
                Some(Value::Bool(sandbox)) => Some(*sandbox),
                Some(_) => return Err("`sandbox` is no boolean".into()),
            };
            ("Shell", Input::text("command", required(told, "command")?))
        }
        "beforeMCPExecution" => {
            // The server's address, or the command that starts it.
            server = optional(told, "url")?.or(optional(told, "command")?).map(str::to_owned);
            let input = match told.get("tool_input") {
                // JSON in a text, in some versions.
                Some(Value::Text(text)) => {
                    let input = Object::read(text.as_bytes(), MAX_EVENT_BYTES, "`tool_input`");
                    Input::of(&input.map_err(|why| why.detail().to_owned())?)?
                }
                _ => Input::of(object(told, "tool_input")?)?,
            };
            (required(told, "tool_name")?, input)
        }
        // What is in the file is not what is asked for; it would be in the log.
        "beforeReadFile" => ("Read", Input::text("file_path", required(told, "file_path")?)),
        // FAIL CLOSED: its input has another shape.
        _ => return Err("the event is not known".into()),
    };
    Ok(Told {
        tool: tool.to_owned(),
        input,
        server,
        session: Some(required(told, "conversation_id")?.to_owned()),
        cwd: optional(told, "cwd")?.map(str::to_owned),
        mode: None,
        sandbox,
    })
}

fn required<'o>(told: &'o Object, key: &str) -> Result<&'o str, Fault> {
    match told.get(key) {
        Some(Value::Text(text)) if !text.trim().is_empty() => Ok(text),
        // FAIL CLOSED: what is not there is not guessed.
        None => Err(format!("the event has no `{key}`").into()),
        Some(Value::Text(_)) => Err(format!("`{key}` in the event is blank").into()),
        Some(other) => Err(format!("`{key}` in the event is {}, not a text", other.kind()).into()),
    }
}

/// A text that need not be there. Cursor writes an empty one.
fn optional<'o>(told: &'o Object, key: &str) -> Result<Option<&'o str>, Fault> {
    match told.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{key}` in the event is {}, not a text", other.kind()).into()),
    }
}

fn object<'o>(told: &'o Object, key: &str) -> Result<&'o Object, Fault> {
    match told.get(key) {
        Some(Value::Object(object)) => Ok(object),
        // FAIL CLOSED: no input is not an empty one.
        None => Err(format!("the event has no `{key}`").into()),
        Some(other) => {
            Err(format!("`{key}` in the event is {}, not an object", other.kind()).into())
        }
    }
}
