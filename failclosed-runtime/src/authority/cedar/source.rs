//! Where schema, policies and entities come from, and reading them as one.

use std::{fs, path::PathBuf, sync::Arc};

use cedar_policy::Entities;
use sha2::{Digest as _, Sha256};

use super::{directory, error::CedarError};

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Text(String),
    File(PathBuf),
}

impl Source {
    fn read(&self, what: &'static str) -> Result<Page, CedarError> {
        match self {
            Self::Text(text) => Ok(Page { file: None, text: text.clone(), policies: None }),
            Self::File(path) => {
                Ok(Page { file: Some(name(path)), text: text(path, what)?, policies: None })
            }
        }
    }

    fn is_file(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::File(_) => true,
        }
    }
}

/// How a file is called in reports.
fn name(path: &std::path::Path) -> Arc<str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into()
}

/// What is in a file.
pub(super) fn text(path: &std::path::Path, what: &'static str) -> Result<String, CedarError> {
    // FAIL CLOSED: a file that is not there is not an empty one.
    fs::read_to_string(path).map_err(|error| CedarError::Read {
        what,
        path: path.to_owned(),
        source: Arc::new(error),
    })
}

/// Where schema and policies come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Texts {
    Pair {
        schema: Source,
        policies: Source,
    },
    Directory {
        path: PathBuf,
        /// The schema, where the directory lists none.
        schema: Option<String>,
    },
}

/// Where entities come from.
#[derive(Debug, Clone)]
pub(super) enum Facts {
    /// From the directory, if it lists any; else there are none.
    Unset,
    Given(Entities),
    File(PathBuf),
}

/// Where everything comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) texts: Texts,
    pub(super) entities: Facts,
}

impl Origin {
    pub(super) fn pair(schema: Source, policies: Source) -> Texts {
        Texts::Pair { schema, policies }
    }

    /// Whether reading again can give anything else.
    pub(super) fn can_change(&self) -> bool {
        let texts = match &self.texts {
            Texts::Pair { schema, policies } => schema.is_file() || policies.is_file(),
            Texts::Directory { .. } => true,
        };
        texts
            || match &self.entities {
                Facts::File(_) => true,
                Facts::Unset | Facts::Given(_) => false,
            }
    }

    /// Everything, as it is now.
    pub(super) fn read(&self) -> Result<Material, CedarError> {
        let mut material = match &self.texts {
            Texts::Pair { schema, policies } => Material {
                schema: schema.read("schema")?,
                policies: vec![policies.read("policies")?],
                entities: Known::Given(Entities::empty()),
            },
            Texts::Directory { path, schema } => directory::read(path, schema.as_deref())?,
        };
        match &self.entities {
            Facts::Unset => {}
            Facts::Given(entities) => material.entities = Known::Given(entities.clone()),
            Facts::File(path) => {
                let page =
                    Page { file: Some(name(path)), text: text(path, "entities")?, policies: None };
                material.entities = Known::Json(page);
            }
        }
        Ok(material)
    }
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// The file's name, for reports.
    pub(super) file: Option<Arc<str>>,
    pub(super) text: String,
    /// How many policies it must hold.
    pub(super) policies: Option<usize>,
}

impl Page {
    /// Where byte `offset` stands: `shop.cedar:12`.
    pub(super) fn place(&self, offset: usize) -> String {
        let before = self.text.as_bytes().iter().take(offset);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        match &self.file {
            Some(file) => format!("{file}:{line}"),
            None => format!("line {line}"),
        }
    }
}

/// What is known about agents, users and resources.
#[derive(Debug, Clone)]
pub(super) enum Known {
    Given(Entities),
    Json(Page),
}

/// Everything that was read, not looked at yet.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) schema: Page,
    pub(super) policies: Vec<Page>,
    pub(super) entities: Known,
}

impl Material {
    /// Equal where nothing has to be loaded anew: of the texts alone, as they were read.
    pub(super) fn fingerprint(&self) -> String {
        let mut hasher = Sha256::new();
        for page in std::iter::once(&self.schema).chain(&self.policies) {
            add(&mut hasher, page.file.as_deref().unwrap_or_default());
            add(&mut hasher, &page.text);
        }
        if let Known::Json(page) = &self.entities {
            add(&mut hasher, &page.text);
        }
        hex(hasher)
    }
}

/// With its length before it, so that no two lists of texts are hashed alike.
pub(super) fn add(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_le_bytes());
    hasher.update(text);
}

pub(super) fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('?'));
        hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('?'));
        hex
    })
}
