//! Logs that are signed, from the command line: as their keeper has it, and as a stranger.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{ALLOW, DENY, DONE, Scratch, log, run, segment};

/// `log VERB` with these arguments, whatever they are.
pub(crate) fn program(arguments: &[&dyn AsRef<Path>]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let arguments = arguments.iter().map(|argument| argument.as_ref());
    let output = program.arg("log").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// What goes well, and what it says.
pub(crate) fn said(arguments: &[&dyn AsRef<Path>]) -> String {
    let (code, out, err) = program(arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    out
}

/// What is refused with this code, and why. Nothing is said on standard output.
pub(crate) fn refused(code: i32, arguments: &[&dyn AsRef<Path>]) -> String {
    let (found, out, err) = program(arguments);
    assert_eq!((found, out.as_str()), (Some(code), ""), "{err}");
    err
}

/// Files beside a log, and the key that signs it.
struct Desk {
    log: Scratch,
    files: Scratch,
    private: PathBuf,
    key: PathBuf,
}

impl Desk {
    /// A log that was just signed.
    fn new(records: &[&str]) -> Self {
        let ((log, _), (files, _)) = (log(records), log(&[]));
        let (private, key) = (files.0.join("private"), files.0.join("key"));
        let public = said(&[&"keygen", &"example.com/shopper", &private]);
        fs::write(&key, public).unwrap();
        let first = said(&[&"seal", &log.0, &"--signing-key", &private]);
        let size = records.len();
        assert!(first.starts_with(&format!("example.com/shopper\n{size}\n")), "{first}");
        Self { log, files, private, key }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn verify(&self) -> (Option<i32>, String, String) {
        program(&[&"verify", &self.log.0, &"--key", &self.key])
    }
}

#[test]
fn a_key_is_made_once_and_printed_by_its_public_half() {
    let desk = Desk::new(&[ALLOW]);
    let mode = fs::metadata(&desk.private).unwrap().permissions().mode();
    let (private, public) =
        (fs::read_to_string(&desk.private).unwrap(), fs::read_to_string(&desk.key).unwrap());
    assert_eq!(mode & 0o777, 0o600);
    assert!(public.starts_with("example.com/shopper+") && !private.contains(public.trim()));
    let err = refused(2, &[&"keygen", &"example.com/shopper", &desk.private]);
    assert!(err.contains("File exists"), "{err}");
    assert_eq!(fs::read_to_string(&desk.private).unwrap(), private);
    let err = refused(1, &[&"keygen", &"a name", &desk.files.0.join("new")]);
    assert!(err.contains("\nhelp: "), "{err}");
    assert!(!desk.files.0.join("new").exists());
    // Whoever gives the private half by mistake is not shown it.
    let err = refused(2, &[&"verify", &desk.log.0, &"--key", &desk.private]);
    assert!(!err.contains(private.trim().rsplit('+').next().unwrap()), "{err}");
}

#[test]
fn a_log_is_verified_with_its_key_and_what_was_kept() {
    let desk = Desk::new(&[ALLOW, DONE, DENY]);
    let kept = desk.file("kept", &said(&[&"checkpoint", &desk.log.0, &"--key", &desk.key]));
    let (code, out, err) = desk.verify();
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("whole: 3 records"), "{out}");
    let signed = "signed: 3 of them, by the last of 1 checkpoint of `example.com/shopper`\n";
    assert!(out.ends_with(signed), "{out}");
    said(&[&"verify", &desk.log.0, &"--key", &desk.key, &"--kept", &kept]);
    // Without the key, nobody is led to believe that it was looked at.
    let (_, out, _) = run("verify", &desk.log.0, &[]);
    assert!(out.ends_with("not compared with its checkpoints: `--key FILE` does\n"), "{out}");
    assert_eq!(program(&[&"verify", &desk.log.0, &"--kept", &kept]).0, Some(2));

    // Written anew: whole, by its chain.
    let (forged, hash) = log(&[ALLOW, DENY, DONE]);
    fs::copy(segment(&forged), segment(&desk.log)).unwrap();
    assert_eq!(run("verify", &desk.log.0, &["--expect", &hash]).0, Some(0));
    let (code, out, err) = desk.verify();
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("records 0 to 2 are not those that were signed"), "{err}");
    // And signed anew, by who has the key.
    fs::remove_file(desk.log.0.join("checkpoints")).unwrap();
    let (code, _, err) = desk.verify();
    assert!(code == Some(1) && err.contains("there is no checkpoint"), "{err}");
    said(&[&"seal", &desk.log.0, &"--signing-key", &desk.private]);
    assert_eq!(desk.verify().0, Some(0));
    let err = refused(1, &[&"verify", &desk.log.0, &"--key", &desk.key, &"--kept", &kept]);
    assert!(err.contains("by a checkpoint from elsewhere, records 0 to 2"), "{err}");
}

#[test]
fn what_is_no_key_or_checkpoint_is_no_answer() {
    let desk = Desk::new(&[ALLOW]);
    let (empty, odd) = (desk.file("empty", "\n\n"), desk.file("odd", "x\n"));
    for key in [&empty, &odd, &desk.files.0.join("missing")] {
        refused(2, &[&"verify", &desk.log.0, &"--key", key]);
    }
    refused(2, &[&"verify", &desk.log.0, &"--key", &desk.key, &"--kept", &odd]);
    let missing = desk.files.0.join("missing");
    refused(2, &[&"seal", &missing, &"--signing-key", &desk.private]);
    assert!(!missing.exists());
    let other = Desk::new(&[ALLOW]);
    let err = refused(1, &[&"verify", &desk.log.0, &"--key", &other.key]);
    assert!(err.contains("none of the given keys signed it"), "{err}");
    let err = refused(2, &[&"seal", &desk.log.0, &"--signing-key", &other.private]);
    assert!(err.contains("not the one that was signed"), "{err}");
    // An older key beside the new one.
    let both = fs::read_to_string(&desk.key).unwrap() + &fs::read_to_string(&other.key).unwrap();
    said(&[&"verify", &desk.log.0, &"--key", &desk.file("both", &both)]);
    said(&[&"verify", &desk.log.0, &"--key", &other.key, &"--key", &desk.key]);
}

#[test]
fn a_stranger_checks_what_is_proven_without_the_log() {
    let desk = Desk::new(&[ALLOW, DENY, DONE]);
    let text = fs::read_to_string(segment(&desk.log)).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let prove = |id: &str| said(&[&"prove", &desk.log.0, &id, &"--key", &desk.key]);
    let (proof, second) = (prove("c1"), prove("1"));
    let err = refused(2, &[&"prove", &desk.log.0, &"c9", &"--key", &desk.key]);
    assert!(err.contains("nothing is recorded about `c9`"), "{err}");
    fs::remove_dir_all(&desk.log.0).unwrap();
    let check =
        |text: &str| program(&[&"check-proof", &desk.file("proof", text), &"--key", &desk.key]);
    let (code, out, err) = check(&proof);
    assert_eq!(code, Some(0), "{err}");
    let proven = |at: usize| {
        let of = "`example.com/shopper`, which had 3 records when it was signed";
        format!("proven: record {at} of {of}\n{}\n", lines[at].replace('\\', "\\\\"))
    };
    assert_eq!(out, proven(0) + &proven(2));
    // One record, by its number.
    let (code, out, _) = check(&second);
    assert_eq!((code, out), (Some(0), proven(1)));
    for changed in [
        proof.replacen("index 0", "index 1", 1),
        proof.replacen("\nexample.com/shopper\n3\n", "\nexample.com/shopper\n4\n", 1),
        format!("x\n{proof}"),
        proof.replace("@v1", "@v2"),
        proof.lines().take(4).collect::<Vec<_>>().join("\n"),
        format!("{proof}\nc2sp.org/tlog-proof@v1\n"),
        String::new(),
    ] {
        let (code, out, err) = check(&changed);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}{changed}");
    }
    let other = Desk::new(&[ALLOW]);
    let file = desk.file("proof", &proof);
    refused(1, &[&"check-proof", &file, &"--key", &other.key]);
}

#[test]
fn growth_is_proven_from_a_checkpoint_to_a_later_one() {
    let desk = Desk::new(&[ALLOW, DONE]);
    let old = desk.file("old", &said(&[&"checkpoint", &desk.log.0, &"--key", &desk.key]));
    let (longer, _) = log(&[ALLOW, DONE, DENY]);
    fs::copy(segment(&longer), segment(&desk.log)).unwrap();
    // Not signed yet, and so not proven, and verified as what it is.
    let (_, out, _) = desk.verify();
    assert!(out.contains("whole: 3 records") && out.contains("signed: 2 of them"), "{out}");
    let err = refused(2, &[&"prove", &desk.log.0, &"2", &"--key", &desk.key]);
    assert!(err.contains("record 2 is not signed yet"), "{err}");
    said(&[&"seal", &desk.log.0, &"--signing-key", &desk.private]);
    let proof = said(&[&"prove-growth", &desk.log.0, &"2", &"--key", &desk.key]);
    let file = desk.file("growth", &proof);
    let out = said(&[&"check-growth", &old, &file, &"--key", &desk.key]);
    assert_eq!(
        out,
        "grown: the first 2 records of `example.com/shopper` are as they were; it has 3\n"
    );
    let new = desk.file("new", &said(&[&"checkpoint", &desk.log.0, &"--key", &desk.key]));
    refused(1, &[&"check-growth", &new, &file, &"--key", &desk.key]);
    let changed = desk.file("growth", &proof.replace("old 2", "old 1"));
    refused(1, &[&"check-growth", &old, &changed, &"--key", &desk.key]);
    refused(2, &[&"prove-growth", &desk.log.0, &"4", &"--key", &desk.key]);
}
