//! What needs the key of a log: `log verify --key`, and proofs for others.

use std::{
    fs::{self, File},
    io::{Read as _, Write},
    path::{Path, PathBuf},
    thread,
};

use clap::{Args, Subcommand};
use failclosed_runtime::audit::{
    Broken, FileOptions, Record, StoreError, Writer,
    signed::{
        Checkpoint, Ed25519Key, GrowthProof, InclusionProof, Seal, Sealed, Signer as _, Unproven,
        VerifyingKey, prove, prove_growth, verify_signed,
    },
};

use super::{
    A_MOMENT, LOOKS, Output, Place, Refusal, absent, broken,
    text::{escaped, line, of, path},
    unreadable,
};

/// The longest text that is read from a file, in bytes: a proof with the longest record in it.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key that signs a log; what others verify it with is on standard output
    Keygen {
        /// The log's name, such as `example.com/shopper`: each of its checkpoints bears it
        name: String,
        /// Where the private key is written; nothing may be there
        file: PathBuf,
    },
    /// Sign what a log holds, once: the first checkpoint of a log that was not signed before
    Seal {
        /// The log's directory
        directory: PathBuf,
        /// The private key
        #[arg(long, value_name = "FILE")]
        signing_key: PathBuf,
    },
    /// The last checkpoint, to be kept elsewhere, on standard output
    Checkpoint {
        /// The log's directory
        directory: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
    /// Prove that what is recorded about a call is in the log, on standard output
    Prove {
        /// The log's directory
        directory: PathBuf,
        /// The call's id, the authority's id for the decision, or a record's number
        id: String,
        #[command(flatten)]
        keys: Keys,
    },
    /// Whether such proofs are right; the log is not needed. The records are on standard output
    CheckProof {
        /// What `prove` printed
        proof: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
    /// Prove that the log only grew since it had so many records, on standard output
    ProveGrowth {
        /// The log's directory
        directory: PathBuf,
        /// How many records the earlier checkpoint is of
        size: u64,
        #[command(flatten)]
        keys: Keys,
    },
    /// Whether such a proof is right; the log is not needed
    CheckGrowth {
        /// The earlier checkpoint
        checkpoint: PathBuf,
        /// What `prove-growth` printed
        proof: PathBuf,
        #[command(flatten)]
        keys: Keys,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    /// A file with what `log keygen` printed, one key a line; may be given again for older keys
    #[arg(long = "key", value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(command: &Command, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    match command {
        Command::Keygen { name, file } => {
            let key = Ed25519Key::generate(name).map_err(|why| wrong(&why))?;
            key.write_new(file).map_err(unreadable)?;
            out.line(&key.key().to_string());
        }
        Command::Seal { directory, signing_key } => {
            let key = Ed25519Key::read(signing_key).map_err(unreadable)?;
            let verifying = key.key();
            seal(directory, Seal::new(key).adopting()).map_err(unreadable)?;
            out.bytes(verified(directory, &[verifying], &[])?.last.note().trim_end().as_bytes());
        }
        Command::Checkpoint { directory, keys } => {
            let sealed = verified(directory, &read_keys(&keys.files)?, &[])?;
            out.line(sealed.last.note().trim_end());
        }
        Command::Prove { directory, id, keys } => {
            let proofs = proofs(directory, id, &read_keys(&keys.files)?)?;
            let proofs: Vec<_> = proofs.iter().map(ToString::to_string).collect();
            out.line(proofs.join("\n").trim_end());
        }
        Command::CheckProof { proof, keys } => check_proofs(proof, &read_keys(&keys.files)?, out)?,
        Command::ProveGrowth { directory, size, keys } => {
            let keys = read_keys(&keys.files)?;
            let proof = again(|| prove_growth(directory, &keys, *size))?;
            out.line(proof.to_string().trim_end());
        }
        Command::CheckGrowth { checkpoint, proof, keys } => {
            let keys = read_keys(&keys.files)?;
            let old = Checkpoint::read(&text(checkpoint)?, &keys).map_err(|why| wrong(&why))?;
            let grown =
                GrowthProof::check(&text(proof)?, &old, &keys).map_err(|why| wrong(&why))?;
            let (new, old) = (grown.checkpoint().size(), grown.old());
            out.line(&format!(
                "grown: the first {} of `{}` are as they were; it has {new}",
                of("record", old),
                line(grown.checkpoint().origin())
            ));
        }
    }
    Ok(0)
}

/// What a text is not, by these keys.
fn wrong(why: &Unproven) -> Refusal {
    Refusal::broken(escaped(&why.to_string()))
}

/// A log that is what was signed, also by the checkpoints that were kept elsewhere.
pub(super) fn verified(
    directory: &Path,
    keys: &[VerifyingKey],
    kept: &[Checkpoint],
) -> Result<Sealed, Refusal> {
    again(|| verify_signed(directory, keys, kept))
}

/// Reads a log, and again where its writer was in the middle of something.
fn again<T>(read: impl Fn() -> Result<Result<T, Broken>, StoreError>) -> Result<T, Refusal> {
    for _ in 0..LOOKS {
        match read().map_err(unreadable)? {
            Ok(found) => return Ok(found),
            Err(half) if half.fault.ends_with("does not end") => thread::sleep(A_MOMENT),
            Err(fault) => return Err(broken(fault)),
        }
    }
    // What a crash left stays.
    read().map_err(unreadable)?.map_err(broken)
}

pub(super) fn read_keys(files: &[PathBuf]) -> Result<Vec<VerifyingKey>, Refusal> {
    let mut keys = Vec::new();
    for file in files {
        for key in text(file)?.lines().map(str::trim).filter(|key| !key.is_empty()) {
            let key = VerifyingKey::parse(key);
            keys.push(key.map_err(|why| {
                Refusal::undecided(format!("{}: {}", path(file), escaped(&why.to_string())))
            })?);
        }
    }
    if keys.is_empty() {
        // FAIL CLOSED: without a key nothing is known to be signed.
        return Err(Refusal::undecided(
            "there is no key in the given files\nhelp: give what `log keygen` printed",
        ));
    }
    Ok(keys)
}

/// A checkpoint that was kept elsewhere.
pub(super) fn read_checkpoint(file: &Path, keys: &[VerifyingKey]) -> Result<Checkpoint, Refusal> {
    Checkpoint::read(&text(file)?, keys)
        .map_err(|why| Refusal::undecided(format!("{}: {}", path(file), escaped(&why.to_string()))))
}

fn text(file: &Path) -> Result<String, Refusal> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        // FAIL CLOSED: what cannot be read proves nothing.
        Err(error) => Err(Refusal::undecided(format!("cannot read {}: {error}", path(file)))),
    }
}

/// Opens the log as its writer does, and closes it.
fn seal(directory: &Path, seal: Seal) -> Result<(), StoreError> {
    if !fs::exists(directory)? {
        // Not made here: it would be a log of nothing, in the wrong place.
        let directory = path(directory);
        return Err(StoreError::new(format_args!(
            "there is no {directory}\nhelp: name the directory that the log is written to"
        )));
    }
    let writer = Writer::open(FileOptions::default().open_sealed(directory, seal)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(writer.close())
}

fn proofs(
    directory: &Path,
    id: &str,
    keys: &[VerifyingKey],
) -> Result<Vec<InclusionProof>, Refusal> {
    // First whose call it is: a record may be asked for by another id than its outcome has.
    let mut call = None;
    let whole = super::read(&Place::Directory(directory.to_owned()), |record| {
        let named = [&record.call, &record.decision_id].iter().any(|x| x.as_deref() == Some(id));
        if call.is_none() && (named || record.seq.to_string() == id) {
            call = Some((record.call.clone().filter(|_| named), record.seq));
        }
    })?;
    let Some((call, seq)) = call else {
        return Err(absent(id, &whole));
    };
    let picks = |record: &Record| record.seq == seq || (call.is_some() && record.call == call);
    again(|| prove(directory, keys, picks))
}

fn check_proofs(
    file: &Path,
    keys: &[VerifyingKey],
    out: &mut Output<impl Write>,
) -> Result<(), Refusal> {
    const BEGIN: &str = "c2sp.org/tlog-proof@v1\n";
    let text = text(file)?;
    let mut proofs = text.split(BEGIN);
    // FAIL CLOSED: what stands before the first proof, or is none, is not proven.
    if proofs.next().is_some_and(|before| !before.is_empty()) || !text.contains(BEGIN) {
        return Err(Refusal::broken("not a proof of a record: it does not begin like one"));
    }
    let mut checked = Vec::new();
    for proof in proofs {
        // A blank line stands between two.
        let proof = format!("{BEGIN}{}\n", proof.trim_end_matches('\n'));
        checked.push(InclusionProof::check(&proof, keys).map_err(|why| wrong(&why))?);
    }
    for proof in &checked {
        let checkpoint = proof.checkpoint();
        out.line(&format!(
            "proven: record {} of `{}`, which had {} when it was signed",
            proof.index(),
            line(checkpoint.origin()),
            of("record", checkpoint.size())
        ));
        out.line(&escaped(proof.record()));
    }
    Ok(())
}
