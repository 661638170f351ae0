//! A path is followed once, before the question: what was shown is what is opened, whatever is put in
//! its place meanwhile. Real links, real files.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use failclosed::{
    Action, Cause, Denial, Permit,
    directory::{Directory, FileAt},
    requires_permission,
};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{self, Says},
};
use serde_json::json;

#[derive(Action)]
#[action(name = "read_file")]
struct Read;

#[derive(Action)]
#[action(name = "write_file")]
struct Write;

type Notes = Directory<Read, Write>;

#[derive(Debug)]
enum Fault {
    Io(io::Error),
    Denied(Denial),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Denial> for Fault {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

#[requires_permission(
    action = Read, guard = shop.guard(), resource = ("File", path),
    prepare(path = notes.find(path)?), skip(shop, notes)
)]
async fn read(
    #[permit] permit: Permit<'_, Read>,
    shop: &Shop,
    notes: &Notes,
    path: &str,
) -> Result<String, Fault> {
    shop.ran();
    let mut text = String::new();
    path.read(&permit)?.read_to_string(&mut text)?;
    Ok(text)
}

#[requires_permission(
    action = Write, guard = shop.guard(),
    prepare(path = notes.find(path)?), skip(shop, notes)
)]
async fn write(
    #[permit] permit: Permit<'_, Write>,
    shop: &Shop,
    notes: &Notes,
    path: &str,
) -> Result<(), Fault> {
    shop.ran();
    path.write(&permit)?.write_all(b"new")?;
    Ok(())
}

/// `notes/a.txt`, `notes/sub/b.txt`, and beside the notes a `secret.txt`.
struct Disk {
    home: PathBuf,
    notes: Notes,
}

impl Disk {
    fn new(name: &str) -> Self {
        let home = std::env::temp_dir().join(format!("failclosed-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&home));
        fs::create_dir_all(home.join("notes/sub")).unwrap();
        fs::create_dir_all(home.join("elsewhere")).unwrap();
        for (path, text) in [
            ("notes/a.txt", "a"),
            ("notes/sub/b.txt", "b"),
            ("secret.txt", "secret"),
            ("elsewhere/b.txt", "secret"),
        ] {
            fs::write(home.join(path), text).unwrap();
        }
        let home = fs::canonicalize(home).unwrap();
        let notes = Directory::open(home.join("notes")).unwrap();
        Self { home, notes }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.home.join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.home));
    }
}

/// An authority that allows, and meanwhile somebody changes the disk.
fn meanwhile(change: impl Fn() + Send + Sync + 'static) -> Running {
    Rig::with(Says(move || {
        change();
        authorities::allow()
    }))
    .build()
}

fn replace_by_link(target: &Path, link: &Path) {
    if link.is_dir() {
        fs::rename(link, link.with_extension("old")).unwrap();
    } else if link.exists() {
        fs::remove_file(link).unwrap();
    }
    symlink(target, link).unwrap();
}

fn asked(running: &Running) -> serde_json::Value {
    let entries = running.log.entries();
    let mut entries = entries.iter().map(|entry| serde_json::to_value(entry).unwrap());
    entries.find(|entry| entry["record"] == "decision").unwrap()
}

#[tokio::test]
async fn a_path_that_leads_out_is_refused_before_anybody_is_asked() {
    let disk = Disk::new("out");
    let running = meanwhile(|| {});
    symlink("../secret.txt", disk.at("notes/out")).unwrap();
    symlink(disk.at("secret.txt"), disk.at("notes/absolute")).unwrap();
    symlink(disk.at("notes/a.txt"), disk.at("notes/absolute_in")).unwrap();
    symlink("..", disk.at("notes/up")).unwrap();
    symlink("round", disk.at("notes/round")).unwrap();
    for path in [
        "../../../../../../../../etc/hostname",
        "../secret.txt",
        "sub/../../secret.txt",
        "../notes/a.txt",
        "/etc/hostname",
        "out",
        "absolute",
        "absolute_in",
        "up/secret.txt",
        "sub/../up/secret.txt",
        "round",
        "sub",
        "",
        ".",
        "a.txt/b",
        "missing/new.txt",
    ] {
        let fault = read(&running.shop, &disk.notes, path).await.expect_err(path);
        assert!(matches!(fault, Fault::Io(_)), "{path}: {fault:?}");
        let fault = write(&running.shop, &disk.notes, path).await.expect_err(path);
        assert!(matches!(fault, Fault::Io(_)), "{path}: {fault:?}");
    }
    assert_eq!((running.shop.bodies(), running.log.entries().len()), (0, 0));
    assert_eq!(disk.text("secret.txt"), "secret");
}

#[tokio::test]
async fn what_is_shown_is_where_the_path_leads() {
    let disk = Disk::new("shown");
    symlink("sub/../sub", disk.at("notes/link")).unwrap();
    for path in ["sub/b.txt", "./sub/../sub/b.txt", "link/b.txt", "link/../link/b.txt"] {
        let running = meanwhile(|| {});
        assert_eq!(read(&running.shop, &disk.notes, path).await.unwrap(), "b", "{path}");
        let shown = disk.at("notes/sub/b.txt").to_str().unwrap().to_owned();
        assert_eq!(asked(&running)["arguments"], json!({ "path": shown }), "{path}");
        assert_eq!(asked(&running)["resource"], json!(["File", shown]), "{path}");
    }
}

/// A denied file is not touched.
#[tokio::test]
async fn without_an_allow_nothing_is_opened() {
    let disk = Disk::new("denied");
    let running = Rig::with(Says(authorities::deny)).build();
    for path in ["a.txt", "new.txt"] {
        let fault = write(&running.shop, &disk.notes, path).await.unwrap_err();
        let Fault::Denied(denial) = fault else { panic!("{path}: {fault:?}") };
        assert_eq!(denial.cause(), Cause::Denied, "{path}");
    }
    assert_eq!(running.shop.bodies(), 0);
    assert_eq!(disk.text("notes/a.txt"), "a");
    assert!(!disk.at("notes/new.txt").exists());
}

#[tokio::test]
async fn a_file_that_is_replaced_after_the_question_is_not_opened() {
    let disk = Disk::new("swapped");
    let (secret, file) = (disk.at("secret.txt"), disk.at("notes/a.txt"));
    let inside = disk.at("notes/sub/b.txt");
    // A link that leads out, one that stays inside, and another file of the same name.
    type Change = Box<dyn Fn() + Send + Sync>;
    let changes: [(&str, Change); 3] = [
        (
            "out",
            Box::new({
                let file = file.clone();
                move || replace_by_link(&secret, &file)
            }),
        ),
        (
            "inside",
            Box::new({
                let file = file.clone();
                move || replace_by_link(Path::new("sub/b.txt"), &file)
            }),
        ),
        (
            "another",
            Box::new({
                let file = file.clone();
                move || {
                    let new = file.with_extension("new");
                    fs::write(&new, "another").unwrap();
                    fs::rename(&new, &file).unwrap();
                }
            }),
        ),
    ];
    for (what, change) in changes {
        drop(fs::remove_file(&file));
        fs::write(&file, "a").unwrap();
        let running = meanwhile(change);
        let fault = read(&running.shop, &disk.notes, "a.txt").await.expect_err(what);
        let Fault::Io(error) = fault else { panic!("{what}: {fault:?}") };
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{what}: {error}");
        drop(fs::remove_file(&file));
        fs::write(&file, "a").unwrap();
        let fault = write(&running.shop, &disk.notes, "a.txt").await.expect_err(what);
        assert!(matches!(fault, Fault::Io(_)), "{what}: {fault:?}");
        assert_eq!(running.shop.bodies(), 2, "{what}");
    }
    assert_eq!(disk.text("secret.txt"), "secret");
    assert_eq!(fs::read_to_string(inside).unwrap(), "b");
    assert_eq!(disk.text("notes/a.txt"), "another");
}

/// The directory on the way is a handle: what is put under its name is not entered.
#[tokio::test]
async fn a_directory_that_is_replaced_after_the_question_is_not_entered() {
    let disk = Disk::new("parent");
    let (elsewhere, sub) = (disk.at("elsewhere"), disk.at("notes/sub"));
    let running = meanwhile(move || {
        if !sub.is_symlink() {
            replace_by_link(&elsewhere, &sub);
        }
    });
    assert_eq!(read(&running.shop, &disk.notes, "sub/b.txt").await.unwrap(), "b");
    assert_eq!(disk.text("notes/sub/b.txt"), "secret", "the link is there");
    // From now on the path leads out.
    assert!(disk.notes.find("sub/b.txt").is_err());
}

#[tokio::test]
async fn a_new_file_is_created_and_nothing_is_written_over() {
    let disk = Disk::new("new");
    let running = meanwhile(|| {});
    write(&running.shop, &disk.notes, "sub/new.txt").await.unwrap();
    assert_eq!(disk.text("notes/sub/new.txt"), "new");
    write(&running.shop, &disk.notes, "a.txt").await.unwrap();
    assert_eq!(disk.text("notes/a.txt"), "new");
    let (secret, place) = (disk.at("secret.txt"), disk.at("notes/later.txt"));
    let running = meanwhile(move || replace_by_link(&secret, &place));
    let fault = write(&running.shop, &disk.notes, "later.txt").await.unwrap_err();
    assert!(matches!(fault, Fault::Io(_)), "{fault:?}");
    assert_eq!(running.shop.bodies(), 1);
    assert_eq!(disk.text("secret.txt"), "secret");
}

/// A file that is not there cannot be read, and is found nonetheless: as a place.
#[tokio::test]
async fn a_missing_file_is_not_read() {
    let disk = Disk::new("missing");
    let found: FileAt<Read, Write> = disk.notes.find("new.txt").unwrap();
    assert!(format!("{found:?}").ends_with("/notes/new.txt\")"), "{found:?}");
    let running = meanwhile(|| {});
    let fault = read(&running.shop, &disk.notes, "new.txt").await.unwrap_err();
    assert!(matches!(fault, Fault::Io(_)), "{fault:?}");
}
