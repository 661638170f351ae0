//! The file of a key.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
};

use failclosed::audit::signed::{Ed25519Key, Signer as _};

use crate::common::Scratch;

/// The example of Go's `golang.org/x/mod/sumdb/note`.
const GO_PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

#[test]
fn a_key_is_its_owners_and_is_never_written_over() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    let path = scratch.path().join("key");
    let key = Ed25519Key::generate("example.com/shopper").unwrap();
    key.write_new(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let other = Ed25519Key::generate("example.com/shopper").unwrap();
    assert_ne!(key.key(), other.key());
    other.write_new(&path).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let read = Ed25519Key::read(&path).unwrap();
    assert_eq!(read.key(), key.key());
    assert_eq!(read.sign(b"text").unwrap(), key.sign(b"text").unwrap());
    let (secret, shown) = (text.trim().splitn(5, '+').last().unwrap(), format!("{read:?}"));
    assert!(!shown.contains(&secret[..8]), "{shown}");
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let why = Ed25519Key::read(&path).unwrap_err().to_string();
        assert!(why.contains("can be used by others") && why.contains("\nhelp: "), "{why}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    Ed25519Key::read(&path).unwrap();
    let link = scratch.path().join("link");
    symlink(&path, &link).unwrap();
    Ed25519Key::read(&link).unwrap_err();
    Ed25519Key::read(scratch.path()).unwrap_err();
    other.write_new(&link).unwrap_err();
}

#[test]
fn a_key_that_go_made_is_read_and_no_changed_one() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    let path = scratch.path().join("key");
    let put = |text: &[u8]| {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        Ed25519Key::read(&path)
    };
    for end in ["", "\n"] {
        let key = put(format!("{GO_PRIVATE}{end}").as_bytes()).unwrap();
        assert_eq!(key.key().to_string(), GO_KEY);
    }
    for at in 0..GO_PRIVATE.len() {
        let mut changed = GO_PRIVATE.as_bytes().to_vec();
        changed[at] ^= 1;
        let why = put(&changed).unwrap_err().to_string();
        assert!(!why.contains("YEKFALVFGy"), "it is shown: {why}");
    }
    put(b"").unwrap_err();
    put(GO_KEY.as_bytes()).unwrap_err();
}
