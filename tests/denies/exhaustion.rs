//! K5: an authority that uses up memory or stack. The process may die of it; the body must not run.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

struct Ended {
    output: Output,
    body_ran: bool,
}

/// Runs the authority in a process of its own, with so many kilobytes of address space.
fn child(fault: &str, kilobytes: u32) -> Ended {
    let marker = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("marker-of-{fault}"));
    // Left by an earlier run.
    drop(fs::remove_file(&marker));
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -c 0; ulimit -v {kilobytes}; exec \"$0\" \"$1\" {fault}"))
        .arg(env!("CARGO_BIN_EXE_exhausted_authority"))
        .arg(&marker)
        .output()
        .unwrap();
    Ended { output, body_ran: marker.exists() }
}

/// The proof of the proof: without a fault the marker is there.
#[test]
fn the_marker_shows_a_body_that_ran() {
    let ended = child("healthy", 512 * 1024);
    assert!(ended.output.status.success() && ended.body_ran, "{:?}", ended.output);
    assert_eq!(ended.output.stdout, b"done\n");
}

#[test]
fn out_of_memory_denies() {
    let ended = child("memory", 512 * 1024);
    assert!(!ended.body_ran);
    let why = String::from_utf8_lossy(&ended.output.stderr).into_owned();
    assert!(!ended.output.status.success() && why.contains("memory allocation"), "{why}");
}

#[test]
fn out_of_stack_denies() {
    let ended = child("stack", 512 * 1024);
    assert!(!ended.body_ran);
    let why = String::from_utf8_lossy(&ended.output.stderr).into_owned();
    assert!(!ended.output.status.success() && why.contains("overflow"), "{why}");
}

/// Where the allocation can fail without ending the process, it is an error like any other.
#[test]
fn memory_that_is_refused_denies() {
    let ended = child("reserved", 512 * 1024);
    assert!(ended.output.status.success() && !ended.body_ran, "{:?}", ended.output);
    assert_eq!(ended.output.stdout, b"unavailable\n");
}
