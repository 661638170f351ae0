//! What each host makes of an answer. The guide (`hooks`) has the table, with its sources.

use serde_json::{Value, json};

use super::Host;

/// By whose rules is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contract {
    Claude,
    Codex,
    /// Whichever of the two it is: their events have one name, and their replies one shape.
    ClaudeOrCodex,
    Cursor,
    Gemini,
    /// Nobody has said anything yet.
    Unknown,
}

impl Contract {
    pub(super) fn of(host: Option<Host>) -> Self {
        match host {
            Some(Host::ClaudeCode) => Self::Claude,
            Some(Host::Codex) => Self::Codex,
            Some(Host::Cursor) => Self::Cursor,
            Some(Host::GeminiCli) => Self::Gemini,
            None => Self::Unknown,
        }
    }

    /// The contract of an event that stands before a tool; `None` is any other event.
    pub(super) fn of_event(host: Option<Host>, event: &str) -> Option<Self> {
        let of_event = match event {
            "PreToolUse" => Self::ClaudeOrCodex,
            "BeforeTool" => Self::Gemini,
            "preToolUse" | "beforeShellExecution" | "beforeMCPExecution" | "beforeReadFile" => {
                Self::Cursor
            }
            // FAIL CLOSED: events before a prompt, after a tool, at a stop.
            _ => return None,
        };
        match (Self::of(host), of_event) {
            (Self::Unknown, of_event) => Some(of_event),
            (own, of_event) if own == of_event => Some(own),
            (own @ (Self::Claude | Self::Codex), Self::ClaudeOrCodex) => Some(own),
            // FAIL CLOSED: another host's event, which it was not set up for.
            (_, _) => None,
        }
    }

    /// Whose events it takes, for errors.
    pub(super) fn names(self) -> &'static str {
        match self {
            Self::Claude => "Claude Code",
            Self::Codex => "Codex",
            Self::ClaudeOrCodex => "Claude Code or Codex",
            Self::Cursor => "Cursor",
            Self::Gemini => "Gemini CLI",
            Self::Unknown => "any known host",
        }
    }

    /// The name for policies and records.
    pub(super) fn host(self) -> &'static str {
        match self {
            Self::Claude => Host::ClaudeCode.as_str(),
            Self::Codex => Host::Codex.as_str(),
            Self::ClaudeOrCodex => "claude-code-or-codex",
            Self::Cursor => Host::Cursor.as_str(),
            Self::Gemini => Host::GeminiCli.as_str(),
            Self::Unknown => "unknown",
        }
    }

    /// What is written for a yes: as little as lets the tool go on to the host's own rules. Never
    /// nothing, so that output that nobody reads is noticed.
    pub(super) fn allow(self) -> String {
        match self {
            // An `allow` would skip the user's own prompt; in Codex it is an error.
            Self::Claude | Self::Codex | Self::ClaudeOrCodex | Self::Gemini => "{}".into(),
            // It has no word for "no opinion".
            Self::Cursor => json!({ "permission": "allow" }).to_string(),
            // FAIL CLOSED: there is no yes to nobody.
            Self::Unknown => self.stop("", "the host is not known"),
        }
    }

    /// What is written for a no, with the reason. Where it counts, it is the exit status beside it that
    /// stops the tool.
    pub(super) fn stop(self, event: &str, reason: &str) -> String {
        let reply: Value = match self {
            Self::Claude | Self::Codex | Self::ClaudeOrCodex | Self::Unknown => json!({
                "hookSpecificOutput": {
                    "hookEventName": "PreToolUse",
                    "permissionDecision": "deny",
                    "permissionDecisionReason": reason,
                }
            }),
            Self::Gemini => json!({ "decision": "deny", "reason": reason }),
            Self::Cursor if event == "beforeReadFile" => {
                json!({ "permission": "deny", "user_message": reason })
            }
            Self::Cursor => {
                json!({ "permission": "deny", "user_message": reason, "agent_message": reason })
            }
        };
        reply.to_string()
    }

    /// What is written for a question to the host's user, where the host puts it to them.
    pub(super) fn ask(self, mode: Option<&str>, question: &str) -> Option<String> {
        match (self, mode) {
            (Self::Claude, Some("default" | "acceptEdits" | "plan")) => {
                let reply = json!({
                    "hookSpecificOutput": {
                        "hookEventName": "PreToolUse",
                        "permissionDecision": "ask",
                        "permissionDecisionReason": question,
                    }
                });
                Some(reply.to_string())
            }
            // FAIL CLOSED: in `bypassPermissions` and `auto` the tool runs unasked; Codex fails open, and
            // Cursor has modes that do.
            _ => None,
        }
    }

    /// Whether a reply on standard output alone stops the tool. Then it is what is left where nobody
    /// hears the reason: Codex and Gemini CLI take the status 2 without one for a failure, and go on.
    pub(super) fn is_stopped_by_output(self) -> bool {
        match self {
            Self::Claude | Self::Codex | Self::ClaudeOrCodex | Self::Cursor | Self::Gemini => true,
            // FAIL CLOSED: nobody is known to read it.
            Self::Unknown => false,
        }
    }
}
