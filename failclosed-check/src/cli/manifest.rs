//! `manifest`: every guarded executor, for people, programs and authors of policies.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::say;
use crate::{
    inconclusive::CheckError,
    manifest::{FILE, Manifest, cedar, compare, text},
    source,
};

/// What to list, and how.
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct ManifestArgs {
    /// The workspace, or a directory in it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    pub format: ManifestFormat,
    /// Compare with a manifest that was reviewed: exit code 1 where an executor lost its guard, or what it
    /// asks changed
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = FILE,
          conflicts_with_all = ["write", "format"])]
    pub check: Option<PathBuf>,
    /// Write the manifest down, to be reviewed and kept
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = FILE,
          conflicts_with = "format")]
    pub write: Option<PathBuf>,
    /// Compare with the Cedar policies of a directory: exit code 1 where an action is in one of the two alone
    #[cfg(feature = "cedar")]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["check", "write", "format"])]
    pub policies: Option<PathBuf>,
}

/// In which form a manifest is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum ManifestFormat {
    /// For a terminal.
    #[default]
    Table,
    /// Its schema is in `schema/manifest-1.schema.json`.
    Json,
    /// For a page.
    Markdown,
    /// A Cedar schema, for the author of policies.
    CedarSchema,
}

pub(super) fn manifest(args: &ManifestArgs) -> Result<u8, CheckError> {
    let metadata = source::metadata(&args.directory)?;
    let manifest = Manifest::of(&source::units(&metadata)?);
    let outcome = answer(args, &manifest)?;
    unread(&manifest)?;
    Ok(outcome)
}

fn answer(args: &ManifestArgs, manifest: &Manifest) -> Result<u8, CheckError> {
    if let Some(file) = &args.check {
        return check(manifest, file);
    }
    if let Some(file) = &args.write {
        unread(manifest)?;
        let failed = |error| CheckError::undecided(file.display(), error);
        fs::write(file, manifest.kept().json()?).map_err(failed)?;
        let executors = text::counted(manifest.executors.len(), "executor");
        say(&format!("{executors} written to {}\n", file.display()))?;
        return Ok(0);
    }
    #[cfg(feature = "cedar")]
    if let Some(directory) = &args.policies {
        let gaps = crate::manifest::policies::gaps(manifest, directory)?;
        say(&gaps.text())?;
        return Ok(u8::from(!gaps.is_empty()));
    }
    match args.format {
        ManifestFormat::Table => say(&text::table(manifest))?,
        ManifestFormat::Json => say(&manifest.json()?)?,
        ManifestFormat::Markdown => say(&text::markdown(manifest))?,
        ManifestFormat::CedarSchema => {
            let schema = cedar::schema(manifest);
            say(&schema.text)?;
            if !schema.unmapped.is_empty() {
                // FAIL CLOSED: a schema with a gap is not taken for the whole.
                let why = schema.unmapped.join("\n  ");
                return Err(CheckError::undecided(
                    "the schema",
                    format!(
                        "not everything has a Cedar type:\n  {why}\n\
                         help: write these attributes by hand, or show them in another way"
                    ),
                ));
            }
        }
    }
    Ok(0)
}

fn check(manifest: &Manifest, file: &Path) -> Result<u8, CheckError> {
    let shown = file.display();
    let kept = fs::read_to_string(file).map_err(|error| {
        let help =
            format!("write it with `cargo failclosed manifest --write {shown}`, and review it");
        CheckError::undecided(shown.to_string(), format!("{error}\nhelp: {help}"))
    })?;
    let kept = Manifest::parse(&kept, &shown.to_string())?;
    let changes = compare::changes(&kept, manifest);
    for change in &changes {
        say(&format!("{}\nhelp: {}\n", change.what, change.help))?;
    }
    let executors = text::counted(manifest.executors.len(), "executor");
    say(&format!("{}; {executors} beside {shown}\n", text::counted(changes.len(), "change")))?;
    Ok(u8::from(!changes.is_empty()))
}

/// # Errors
/// `Undecided`, where a part could not be read: what was shown is then not the whole.
fn unread(manifest: &Manifest) -> Result<(), CheckError> {
    let why = manifest.unread.iter().map(|one| format!("{}:{}: {}", one.file, one.line, one.why));
    match why.collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        // FAIL CLOSED: a list with a gap is no list.
        several => Err(CheckError::Undecided(format!(
            "not everything could be read\n{}",
            several.join("\n")
        ))),
    }
}
