//! Logs whose old files are compressed and removed, from the command line.

use std::{fs, path::Path, time::Duration};

use failclosed_runtime::audit::{
    FileOptions, Line, Record, Store,
    signed::{Ed25519Key, Seal},
};

use super::signed::{program, refused, said};
use crate::{ALLOW, COMMANDS, DENY, DONE, Scratch, log, run};

/// A signed log of so many records, of which its options removed the first ones; the key, and their number.
fn kept(records: u64) -> (Scratch, Scratch, u64) {
    let ((scratch, _), (files, _)) = (log(&[]), log(&[]));
    let (private, key) = (files.0.join("private"), files.0.join("key"));
    fs::write(&key, said(&[&"keygen", &"example.com/shopper", &private])).unwrap();
    let open = |options: FileOptions| {
        let seal = Seal::new(Ed25519Key::read(&private).unwrap()).records(3);
        options.segment_bytes(600).open_sealed(&scratch.0, seal).unwrap()
    };
    // Lines of another log, with numbers that go on.
    let texts: Vec<_> = (0..records).map(|at| [ALLOW, DONE, DENY][at as usize % 3]).collect();
    let (source, _) = log(&texts);
    let lines = { FileOptions::default().compress(false).open(&source.0).unwrap() };
    let lines: Vec<Line> = { lines }.read(0, usize::MAX).unwrap();
    let (first, rest) = lines.split_at(lines.len() - 6);
    for (lines, options) in
        [(first, FileOptions::default()), (rest, FileOptions::default().keep_bytes(900))]
    {
        let mut store = open(options);
        store.end().unwrap();
        for line in lines {
            store.append(std::slice::from_ref(line)).unwrap();
            store.tend();
        }
        store.close().unwrap();
        drop(store);
        // Each opening compresses one at least.
        for _ in 0..records {
            open(FileOptions::default()).end().unwrap();
        }
    }
    let (code, out, err) = run("verify", &scratch.0, &[]);
    assert_eq!(code, Some(0), "{err}");
    let (_, begins) = out.split_once("begins at record ").unwrap();
    let begins = begins.split(':').next().unwrap().parse().unwrap();
    (scratch, files, begins)
}

fn names(directory: &Path, end: &str) -> usize {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_str().unwrap().ends_with(end)).count()
}

#[test]
fn every_command_reads_what_is_left() {
    let (scratch, files, begins) = kept(60);
    assert!(begins > 5 && names(&scratch.0, ".zst") > 1 && names(&scratch.0, ".jsonl") == 1);
    let (key, left) = (files.0.join("key"), 60 - begins);
    let out = said(&[&"verify", &scratch.0, &"--key", &key]);
    assert!(out.starts_with("whole: 60 records"), "{out}");
    let removed = format!("begins at record {begins}: earlier ones were removed by retention, ");
    assert!(out.contains(&removed) && out.contains("\nsigned: 60 of them"), "{out}");
    for (verb, rest) in COMMANDS {
        let (code, out, err) = run(verb, &scratch.0, rest);
        assert_eq!(code, Some(0), "{verb}: {err}");
        assert!(!out.is_empty() && err.is_empty(), "{verb}: {err}");
        if ["stats", "report"].contains(&verb) {
            assert!(out.contains(&removed) && out.contains(&left.to_string()), "{verb}: {out}");
        }
    }
    let (_, out, _) = run("show", &scratch.0, &["--json"]);
    assert_eq!(out.lines().count() as u64, left);
    let first = Record::read(out.lines().next().unwrap().as_bytes()).unwrap();
    assert_eq!(first.seq, begins);

    let gone = format!("record 5 was removed by retention; the log begins at record {begins}");
    let (code, _, err) = run("explain", &scratch.0, &["5"]);
    assert!(code == Some(2) && err.contains(&gone), "{err}");
    let err = refused(2, &[&"prove", &scratch.0, &"5", &"--key", &key]);
    assert!(err.contains(&gone), "{err}");
    let err = refused(2, &[&"prove-growth", &scratch.0, &"5", &"--key", &key]);
    assert!(err.contains("growth from 5 records cannot be proven: retention removed"), "{err}");
    // What is left is proven to a stranger.
    let proof = files.0.join("proof");
    let id = begins.to_string();
    fs::write(&proof, said(&[&"prove", &scratch.0, &id, &"--key", &key])).unwrap();
    let out = said(&[&"check-proof", &proof, &"--key", &key]);
    assert!(out.starts_with(&format!("proven: record {begins} of")), "{out}");
    // Sealed again, and its last checkpoint handed on.
    said(&[&"seal", &scratch.0, &"--signing-key", &files.0.join("private")]);
    let out = said(&[&"checkpoint", &scratch.0, &"--key", &key]);
    assert!(out.contains("\n60\n"), "{out}");
}

#[test]
fn a_front_that_is_missing_is_broken_unless_its_writer_signed_that() {
    let (scratch, files, begins) = kept(60);
    let key = files.0.join("key");
    let base = scratch.0.join("base");
    let text = fs::read_to_string(&base).unwrap();
    fs::write(&base, text.replacen(&format!("\n{begins}\n"), "\n7\n", 1)).unwrap();
    let (code, out, err) = program(&[&"verify", &scratch.0, &"--key", &key]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("the signature of `example.com/shopper` is wrong"), "{err}");
    fs::remove_file(&base).unwrap();
    for (verb, rest) in COMMANDS {
        let (code, _, err) = run(verb, &scratch.0, rest);
        assert_eq!(code, Some(1), "{verb}: {err}");
        assert!(err.contains(&format!("the segment begins at record {begins}")), "{verb}: {err}");
    }
}

/// `show --follow` reads on while files are compressed behind it.
#[test]
fn who_follows_a_log_reads_compressed_files_and_the_one_that_is_written() {
    let (scratch, _, begins) = kept(60);
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let program = program.args(["log", "show", "--json", "--follow"]).arg(&scratch.0);
    let mut program = program.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut out = std::io::BufReader::new(program.stdout.take().unwrap());
    for seq in begins..60 {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut out, &mut line).unwrap();
        assert_eq!(Record::read(line.trim_end().as_bytes()).unwrap().seq, seq);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert!(program.try_wait().unwrap().is_none(), "it ended with the log");
    program.kill().unwrap();
    program.wait().unwrap();
}
