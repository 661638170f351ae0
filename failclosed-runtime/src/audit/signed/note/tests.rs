//! Notes of other people's programs, and what is none.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::audit::signed::{
    Checkpoint, Ed25519Key, Signer as _,
    tree::{Frontier, leaf},
};

/// The example of Go's `golang.org/x/mod/sumdb/note`: key, text and signature.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_SIGNATURE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_that_go_signed_is_read() {
    let key = VerifyingKey::parse(GO_KEY).unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    let keys = [key];
    let note = format!("{GO_TEXT}\n{GO_SIGNATURE}");
    let (text, by) = read(&note, &keys).unwrap();
    assert_eq!((text, by), (GO_TEXT, &keys[0]));
    let signature = GO_SIGNATURE.trim_end().rsplit(' ').next().unwrap();
    let signature = BASE64.decode(signature).unwrap();
    assert_eq!(write(GO_TEXT, &keys[0], &signature[ID_BYTES..]), note);
    // It is signed, and of no log.
    assert!(Checkpoint::read(&note, &keys).is_err());
    for at in 0..note.len() {
        let mut changed = note.clone().into_bytes();
        changed[at] ^= 1;
        if let Ok(changed) = String::from_utf8(changed) {
            assert!(read(&changed, &keys).is_err(), "byte {at} of {changed}");
        }
    }
}

#[test]
fn a_checkpoint_is_read_by_another_implementation() {
    let (key, mut tree) = (Ed25519Key::generate("example.com/log").unwrap(), Frontier::default());
    for size in 0..20_u8 {
        let ours = Checkpoint::sign(&key, &tree).unwrap();
        let (text, _) = ours.note().split_once("\n\n").unwrap();
        let theirs = tlog_tiles::Checkpoint::from_bytes(format!("{text}\n").as_bytes()).unwrap();
        assert_eq!((theirs.origin(), theirs.size()), (ours.origin(), u64::from(size)));
        assert_eq!((theirs.hash().0, theirs.extension()), (ours.root(), ""));
        tree.push(leaf(&[size]));
    }
}

#[test]
fn what_another_log_or_no_log_signed_is_no_checkpoint() {
    let key = Ed25519Key::generate("example.com/log").unwrap();
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let reads = |text: &str| {
        let note = write(text, &key.key(), &key.sign(text.as_bytes()).unwrap());
        Checkpoint::read(&note, &[key.key()])
    };
    assert!(reads(&format!("example.com/log\n0\n{root}\n")).is_ok());
    for text in [
        format!("example.com/other\n0\n{root}\n"),
        format!("example.com/log\n00\n{root}\n"),
        format!("example.com/log\n+1\n{root}\n"),
        format!("example.com/log\n-1\n{root}\n"),
        format!("example.com/log\n18446744073709551616\n{root}\n"),
        format!("example.com/log\n0\n{root}\nmore\n"),
        format!("example.com/log\n0\n{root}\n\n"),
        format!("\nexample.com/log\n0\n{root}\n"),
        "example.com/log\n0\n".to_owned(),
        "example.com/log\n0\nAAAA\n".to_owned(),
    ] {
        assert!(reads(&text).is_err(), "{text:?}");
    }
}

#[test]
fn a_key_is_read_as_it_was_written_and_no_other() {
    for text in [
        "",
        "PeterNeumann",
        // An id of another key, another algorithm, another length, a weak key, and a name that is none.
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
        "PeterNeumann+efd4a34a+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(VerifyingKey::parse(text).is_err(), "{text}");
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
        assert!(Ed25519Key::generate(name).is_err(), "{name:?}");
    }
}

#[test]
fn a_signature_that_is_said_to_be_ours_and_is_not_spoils_the_note() {
    let (ours, other) = (Ed25519Key::generate("a").unwrap(), Ed25519Key::generate("a").unwrap());
    let text = "a\n1\nx\n";
    let line = |key: &Ed25519Key, text: &str| {
        let note = write(text, &key.key(), &key.sign(text.as_bytes()).unwrap());
        note[text.len() + 1..].to_owned()
    };
    let keys = [ours.key()];
    let (right, foreign, wrong) = (line(&ours, text), line(&other, text), line(&ours, "b\n"));
    let reads = |lines: &[&String]| {
        let signatures: String = lines.iter().map(|line| line.as_str()).collect();
        read(&format!("{text}\n{signatures}"), &keys).is_ok()
    };
    assert!(reads(&[&right]) && reads(&[&foreign, &right]) && reads(&[&right, &right]));
    // At least sixteen of others are no hindrance.
    assert!(reads(&[&[&foreign; 20][..], &[&right]].concat()));
    assert!(!reads(&[]) && !reads(&[&foreign]) && !reads(&[&wrong]));
    assert!(!reads(&[&right, &wrong]) && !reads(&[&wrong, &right]));
    assert!(read(&format!("{text}\n{right}"), &[]).is_err());
    for spoiled in [
        right.trim_end().to_owned(),
        right.replace('\u{2014}', "-"),
        format!("{right}\n"),
        format!("\n{right}"),
        right.replace(" a ", " a  "),
        right.replace('\n', "\r\n"),
        right.replace('=', ""),
        "\u{2014} a AAAA\n".to_owned(),
    ] {
        assert!(!reads(&[&spoiled]), "{spoiled:?}");
    }
    let long = "x".repeat(MAX_NOTE_BYTES);
    assert!(read(&write(&long, &ours.key(), &[]), &keys).is_err());
}
