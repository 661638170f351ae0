//! Who writes records: the machine, the process, the program.

use std::{env, fmt, process};

use serde_json::Value;

use crate::text;

/// The longest name of a machine or a program that records hold, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// What each record of one writer says about it: members of an object, without its braces.
#[derive(Debug, Clone)]
pub(super) struct Origin(String);

impl Origin {
    /// This process, by the name that it was given or, where it was given none, its file's. And why its
    /// records may be lost, where they may.
    pub(super) fn new(program: Option<&str>, unsynced: Option<&str>) -> Self {
        let host = gethostname::gethostname();
        let file = env::current_exe().ok();
        let file = file.as_deref().and_then(|path| path.file_name()).unwrap_or_default();
        let program = program.map_or_else(|| file.to_string_lossy(), Into::into);
        let [host, program] = [&host.to_string_lossy(), &program].map(|name| {
            let name = text::line(&**name, MAX_NAME_BYTES).into_owned();
            Value::from(name)
        });
        let pid = process::id();
        let unsynced = unsynced.map(|why| format!(r#","unsynced":{}"#, Value::from(why)));
        let unsynced = unsynced.unwrap_or_default();
        Self(format!(r#""host":{host},"pid":{pid},"program":{program}{unsynced}"#))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
