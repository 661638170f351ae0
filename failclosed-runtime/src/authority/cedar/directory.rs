//! A directory of policies, which says itself what belongs to it.
//!
//! A file that was cut between two policies parses, and a directory that lost a file reads: what is
//! missing may be the `forbid`. So the directory has a manifest, `policies.manifest`:
//!
//! ```text
//! files 3
//! schema shop.cedarschema
//! 4 shop.cedar
//! entities staff.json
//! ```
//!
//! First how many files follow, then one a line: the schema, unless it is given from elsewhere, each file of policies with how many it
//! holds, and entities in Cedar's JSON, if there are any. Blank lines and lines that begin with `#`
//! count for nothing. Files of these kinds that the manifest does not list are refused.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use cedar_policy::Entities;

use super::{
    error::CedarError,
    source::{Known, Material, Page, text},
};

/// What the list of files is called.
pub(super) const MANIFEST: &str = "policies.manifest";

/// How often a directory is read before it is called restless.
const READINGS: usize = 4;

/// Reads a directory until two readings agree: a file replaced between the first and the last one
/// read would make a set that nobody wrote.
///
/// # Errors
/// A manifest that does not parse or does not fit the files, a file that cannot be read, a directory
/// that changes with each reading.
pub(super) fn read(directory: &Path, schema: Option<&str>) -> Result<Material, CedarError> {
    let mut before = read_once(directory, schema)?;
    for _ in 1..READINGS {
        let now = read_once(directory, schema)?;
        if now.fingerprint() == before.fingerprint() {
            return Ok(now);
        }
        before = now;
    }
    // FAIL CLOSED: files of two versions are a third, which nobody wrote.
    Err(CedarError::Manifest {
        path: directory.to_owned(),
        fault: "its files change while they are read\n\
                help: put new files into a directory of their own and switch a symbolic link"
            .into(),
    })
}

fn read_once(directory: &Path, schema: Option<&str>) -> Result<Material, CedarError> {
    let path = directory.join(MANIFEST);
    let refused = |fault: String| CedarError::Manifest { path: path.clone(), fault };
    let manifest = Manifest::parse(&text(&path, "manifest")?).map_err(refused)?;
    manifest.lists_all(directory)?;
    let page = |name: &str, what, policies| {
        let text = text(&directory.join(name), what)?;
        Ok(Page { file: Some(name.into()), text, policies })
    };
    let schema = match (&manifest.schema, schema) {
        (Some(name), None) => page(name, "schema", None)?,
        (None, Some(text)) => Page { file: None, text: text.to_owned(), policies: None },
        (None, None) => return Err(refused("it lists no schema".into())),
        // FAIL CLOSED: policies that fit the one may mean something else, or nothing, by the other.
        (Some(_), Some(_)) => {
            return Err(refused(
                "it lists a schema, and another one was given\nhelp: leave one of them out".into(),
            ));
        }
    };
    let policies = manifest.policies.iter();
    Ok(Material {
        schema,
        policies: policies
            .map(|(count, name)| page(name, "policies", Some(*count)))
            .collect::<Result<_, CedarError>>()?,
        entities: match &manifest.entities {
            Some(name) => Known::Json(page(name, "entities", None)?),
            None => Known::Given(Entities::empty()),
        },
    })
}

struct Manifest {
    schema: Option<String>,
    policies: Vec<(usize, String)>,
    entities: Option<String>,
}

impl Manifest {
    fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).enumerate();
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let count = lines.next().and_then(|(_, line)| line.strip_prefix("files "));
        let Some(count) = count.and_then(|count| count.trim().parse::<usize>().ok()) else {
            // FAIL CLOSED: without a count, a list that was cut is a shorter list.
            return Err("it does not begin with how many files it lists\n\
                        help: begin with `files 2`, then `schema shop.cedarschema`, `4 shop.cedar`"
                .into());
        };
        let mut schema = None;
        let mut entities = None;
        let mut policies = Vec::new();
        let mut names = BTreeSet::new();
        for (number, line) in lines {
            let refused = |fault: &str| Err(format!("line {}: {fault}", number + 1));
            let Some((what, name)) = line.split_once(' ') else {
                return refused("it is not `schema FILE`, `entities FILE` or `COUNT FILE`");
            };
            let name = name.trim();
            if !is_plain(name) {
                // FAIL CLOSED: what is elsewhere is not part of this directory.
                return refused("the file is not a plain name in this directory");
            }
            if !names.insert(name.to_owned()) {
                return refused("the file is listed twice");
            }
            let twice = match what {
                "schema" => schema.replace(name.to_owned()).is_some(),
                "entities" => entities.replace(name.to_owned()).is_some(),
                count => match count.parse() {
                    Ok(0) | Err(_) => {
                        return refused(
                            "it says neither `schema`, `entities` nor how many policies",
                        );
                    }
                    Ok(count) => {
                        policies.push((count, name.to_owned()));
                        false
                    }
                },
            };
            if twice {
                return refused("there is one schema, and one file of entities");
            }
        }
        if names.len() != count {
            // FAIL CLOSED: a list that was cut has lost a file, and its `forbid`.
            return Err(format!("it lists {} files and says that they are {count}", names.len()));
        }
        if policies.is_empty() {
            return Err("it lists no policies".into());
        }
        Ok(Self { schema, policies, entities })
    }

    fn has(&self, name: &str) -> bool {
        self.schema.as_deref() == Some(name)
            || self.entities.as_deref() == Some(name)
            || self.policies.iter().any(|(_, listed)| listed == name)
    }

    /// That no file which looks like a part of the set was forgotten.
    fn lists_all(&self, directory: &Path) -> Result<(), CedarError> {
        let unread = |error| CedarError::Read {
            what: "directory",
            path: directory.to_owned(),
            source: Arc::new(error),
        };
        for entry in fs::read_dir(directory).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // What mounts and editors put beside the files: `..data`, `.shop.cedar.swp`.
            if !name.starts_with('.') && is_part(&path) && !self.has(&name) {
                // FAIL CLOSED: a policy that somebody wrote and nobody reads may be a `forbid`.
                return Err(CedarError::Manifest {
                    path: directory.join(MANIFEST),
                    fault: format!("it does not list `{name}`, which is there"),
                });
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.chars().any(|c| matches!(c, '/' | '\\' | ':') || c.is_control())
}

fn is_part(path: &Path) -> bool {
    let extension = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
    extension.is_some_and(|kind| matches!(&*kind, "cedar" | "cedarschema" | "json"))
}
