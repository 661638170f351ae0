//! CPU time of compilers, and the throw-away packages they are run on.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};

use crate::Failure;

/// The workspace root: generated packages depend on it by path.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A folder of generated packages with a target folder of their own, so that nothing the workspace
/// has built is reused, or spoilt.
pub struct Ground {
    folder: PathBuf,
}

impl Ground {
    /// An empty folder below the workspace's target folder.
    ///
    /// # Errors
    /// The file system's.
    pub fn clear(name: &str) -> Result<Self, Failure> {
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
        let folder = target.join("bench-ground").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Writes a file, with the folders above it.
    ///
    /// # Errors
    /// The file system's.
    pub fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let path = self.folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(fs::write(path, text)?)
    }

    /// Forgets everything that was built.
    ///
    /// # Errors
    /// The file system's.
    pub fn clean(&self) -> Result<(), Failure> {
        let target = self.folder.join("target");
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        Ok(())
    }

    /// Runs Cargo in the folder and returns what it printed and the CPU time of it and all that it
    /// ran.
    ///
    /// # Errors
    /// A build that fails, with Cargo's own words.
    pub fn cargo(&self, arguments: &[&str]) -> Result<(String, Duration), Failure> {
        let before = children()?;
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // Incremental state would make the second build of a file cheaper than the first.
            .env("CARGO_INCREMENTAL", "0")
            // Set by the Cargo that runs this bench, and part of a build's identity.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null())
            .output()?;
        let took = children()?.saturating_sub(before);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok((String::from_utf8(output.stdout)?, took))
    }
}

/// User and system time of all children that have been waited for, and theirs.
fn children() -> Result<Duration, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(duration(usage.user_time())? + duration(usage.system_time())?)
}

fn duration(time: TimeVal) -> Result<Duration, Failure> {
    Ok(Duration::new(u64::try_from(time.tv_sec())?, u32::try_from(time.tv_usec() * 1000)?))
}
