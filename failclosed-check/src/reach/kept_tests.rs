//! Whatever was kept, what is answered is what stands in the compiler's text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: it fails by panicking")]

use std::{fs, path::PathBuf, process, time::SystemTime};

use super::*;

const OWNER: &str = "// failclosed: of \"/work\"";

/// A program that does one thing.
fn mir(called: &str) -> String {
    format!(
        "fn main() -> () {{
    let mut _0: ();                      // return place in scope 0 at src/main.rs:1:11: 1:11

    bb0: {{
        _1 = {called}::<&str>(const \"a\") -> [return: bb1, unwind continue]; // scope 0 at src/main.rs:2:5: 2:30
                                         // mir::ConstOperand
                                         // + span: src/main.rs:2:5: 2:19
                                         // + const_: Const {{ ty: fn(&str) {{{called}::<&str>}}, val: Value({called}::<&str>) }}
    }}
}}

{OWNER}
"
    )
}

const WRITES: &str = "std::fs::remove_file";
/// As long.
const OTHER: &str = "std::fs::remove_tree";

/// Its text in a directory of its own, which goes with it.
struct Made(Dump);

impl Made {
    fn new(name: &str) -> Self {
        let home = env::temp_dir().join(format!("failclosed-kept-{name}-{}", process::id()));
        fs::create_dir_all(&home).unwrap();
        let path = home.join("shop-1.failclosed-2.mir");
        fs::write(&path, mir(WRITES)).unwrap();
        let (name, owner) = ("shop".to_owned(), OWNER.to_owned());
        Self(Dump { name, program: true, path, owner, plain: false })
    }

    fn kept(&self) -> PathBuf {
        self.0.path.with_extension(KEPT)
    }

    /// What is called, by every body.
    fn calls(&self) -> Vec<String> {
        let mut all = Bodies::default();
        add(&self.0, &mut all).unwrap();
        let bodies = all.all.iter().map(|body| all.whole(body));
        bodies.flat_map(|body| body.mentions).map(|mention| mention.path).collect()
    }

    /// Keeps that the program calls nothing, as that of whoever is asked for.
    fn keeps_nothing(&self, of: impl FnOnce(&mut Origin<'_>)) {
        let text = digest(File::open(&self.0.path).unwrap()).unwrap();
        let mut known = Origin::of(&self.0, *itself().unwrap(), text);
        of(&mut known);
        write(&self.kept(), known, &Bodies::default()).unwrap();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.path.parent().unwrap());
    }
}

#[test]
fn what_was_kept_is_read_again() {
    let made = Made::new("again");
    assert_eq!(made.calls(), [WRITES]);
    assert!(made.kept().exists());
    assert_eq!(made.calls(), [WRITES]);
    // Else the rest of these tests would prove nothing.
    made.keeps_nothing(|_| ());
    assert!(made.calls().is_empty());
}

#[test]
fn what_was_kept_of_something_else_is_not_believed() {
    type Change = fn(&mut Origin<'_>);
    let of: [(&str, Change); 6] = [
        ("another program", |of| of.program = [1; 32]),
        ("another text", |of| of.text = [1; 32]),
        ("another crate", |of| of.krate = "shop2"),
        ("a library", |of| of.is_program = false),
        ("another workspace", |of| of.owner = "// failclosed: of \"/work2\""),
        ("the other mode", |of| of.plain = true),
    ];
    let made = Made::new("other");
    for (what, of) in of {
        made.keeps_nothing(of);
        assert_eq!(made.calls(), [WRITES], "{what}");
    }
}

#[test]
fn what_was_damaged_is_not_believed() {
    let made = Made::new("damaged");
    made.keeps_nothing(|_| ());
    let whole = fs::read(made.kept()).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(made.kept(), damaged).unwrap();
        assert_eq!(made.calls(), [WRITES], "byte {at}");
        fs::write(made.kept(), &whole[..at]).unwrap();
        assert_eq!(made.calls(), [WRITES], "{at} bytes");
    }
    fs::write(made.kept(), [&whole[..], b"x"].concat()).unwrap();
    assert_eq!(made.calls(), [WRITES]);
    fs::remove_file(made.kept()).unwrap();
    fs::create_dir(made.kept()).unwrap();
    assert_eq!(made.calls(), [WRITES], "a directory");
}

#[test]
fn bodies_that_speak_of_texts_that_are_not_there_are_not_believed() {
    let made = Made::new("numbers");
    let text = digest(File::open(&made.0.path).unwrap()).unwrap();
    let (bodies, _) = mir::bodies(&made.0).unwrap();
    let mut fewer = Bodies { all: bodies.all, ..Bodies::default() };
    fewer.texts.add("shop::main");
    write(&made.kept(), Origin::of(&made.0, *itself().unwrap(), text), &fewer).unwrap();
    assert_eq!(made.calls(), [WRITES]);
}

#[test]
fn a_text_of_the_same_length_and_time_is_another() {
    let made = Made::new("length");
    let time = SystemTime::UNIX_EPOCH;
    let stamp = || File::options().append(true).open(&made.0.path).unwrap().set_modified(time);
    stamp().unwrap();
    assert_eq!(made.calls(), [WRITES]);
    let before = fs::metadata(&made.0.path).unwrap();
    fs::write(&made.0.path, mir(OTHER)).unwrap();
    stamp().unwrap();
    let after = fs::metadata(&made.0.path).unwrap();
    assert_eq!(before.len(), after.len());
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(made.calls(), [OTHER]);
}

#[test]
fn a_text_that_was_cut_is_an_error_whatever_was_kept() {
    let made = Made::new("cut");
    assert_eq!(made.calls(), [WRITES]);
    let text = mir(WRITES);
    fs::write(&made.0.path, text.strip_suffix(&format!("{OWNER}\n")).unwrap()).unwrap();
    assert!(add(&made.0, &mut Bodies::default()).is_err());
    fs::remove_file(&made.0.path).unwrap();
    assert!(add(&made.0, &mut Bodies::default()).is_err());
}
