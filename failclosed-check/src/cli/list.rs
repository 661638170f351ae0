//! `list`: what is looked for.

use std::path::PathBuf;

use clap::ValueEnum;

use super::say;
use crate::{config::Config, inconclusive::CheckError, rules, sinks, source};

/// What can be listed.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[non_exhaustive]
pub enum Listed {
    /// All rules.
    Rules,
    /// What counts as an effect.
    Sinks,
    /// Foreign functions that do not: they only read.
    Reads,
}

pub(super) fn list(what: Listed) -> Result<u8, CheckError> {
    let mut text = String::new();
    match what {
        Listed::Rules => {
            for rule in rules::ALL {
                text.push_str(&format!(
                    "{} {:7} {}\n",
                    rule.id,
                    rule.severity.as_str(),
                    rule.title
                ));
            }
        }
        Listed::Sinks => {
            let metadata = source::metadata(&PathBuf::from("."))?;
            let config = Config::load(metadata.workspace_root.as_std_path())?;
            for sink in sinks::all(&config)? {
                text.push_str(&format!("{:8} {}\n", sink.effect, sink.path));
            }
        }
        Listed::Reads => {
            for (name, why) in sinks::reads()? {
                text.push_str(&format!("{name:32} {why}\n"));
            }
        }
    }
    say(&text)?;
    Ok(0)
}
