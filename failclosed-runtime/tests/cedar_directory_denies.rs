//! A directory of policies: what is missing, cut or forgotten is an error.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use cedar_common::{Asked, Purchase, SCHEMA, Shop, lunch};
use failclosed_runtime::{
    Cause,
    cedar::{CedarAuthority, CedarError},
};

const SHOP: &str = r#"@id("shopping")
permit(principal in Team::"buyers", action == Action::"purchase", resource);

@id("no-casinos")
forbid(principal, action, resource == Vendor::"casino.example");
"#;
const LIMITS: &str = r#"@id("limit")
forbid(principal, action == Action::"purchase", resource)
when { context.amount > 50000 };
"#;
const STAFF: &str = r#"[{ "uid": { "type": "Agent", "id": "shopper" }, "attrs": {},
                          "parents": [{ "type": "Team", "id": "buyers" }] }]"#;
const MANIFEST: &str = "# the shop
files 4
schema shop.cedarschema
2 shop.cedar
1 limits.cedar

entities staff.json
";

/// A directory that loads.
fn directory(name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("failclosed-cedar-{}-{name}", process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    for (file, text) in [
        ("policies.manifest", MANIFEST),
        ("shop.cedarschema", SCHEMA),
        ("shop.cedar", SHOP),
        ("limits.cedar", LIMITS),
        ("staff.json", STAFF),
        ("README.md", "what this is"),
    ] {
        fs::write(path.join(file), text).unwrap();
    }
    path
}

fn build(path: &Path) -> Result<CedarAuthority, CedarError> {
    CedarAuthority::builder_from_directory(path).resource_type("Vendor").build()
}

fn purchase(amount: i64, vendor: &str) -> Purchase {
    Purchase(Asked::default().with("amount", amount).on_id(vendor))
}

#[tokio::test]
async fn every_file_counts() {
    let shop = Shop::new(build(&directory("whole")).unwrap());
    assert_eq!(shop.allowed(lunch()).await.rule.as_deref(), Some("shopping"));
    let record = shop.denied(purchase(1, "casino.example"), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("no-casinos"));
    let record = shop.denied(purchase(50_001, "deli.example"), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("limit"));
}

/// Every prefix of the file that holds the `forbid`: an error, or the whole set.
#[test]
fn a_file_cut_anywhere_denies() {
    let path = directory("cut");
    let file = path.join("shop.cedar");
    let whole = SHOP.trim_end().len();
    let mut between = 0;
    for end in 0..whole {
        fs::write(&file, &SHOP[..end]).unwrap();
        let error = build(&path).unwrap_err();
        if let CedarError::Count { file, listed, found } = &error {
            assert_eq!((&**file, *listed), ("shop.cedar", 2));
            assert!(*found < 2);
            between += usize::from(*found == 1);
        } else {
            assert!(matches!(error, CedarError::Policies { .. }), "{end}: {error:?}");
        }
    }
    assert!(between > 0, "it was never cut between two policies");
    fs::write(&file, &SHOP[..whole]).unwrap();
    build(&path).unwrap();
}

#[test]
fn a_manifest_cut_anywhere_denies() {
    let path = directory("cut-manifest");
    let whole = MANIFEST.trim_end().len();
    for end in 0..whole {
        fs::write(path.join("policies.manifest"), &MANIFEST[..end]).unwrap();
        // Also where the files that it lost are not there either.
        for gone in [false, true] {
            if gone {
                fs::remove_file(path.join("staff.json")).unwrap();
            }
            let error = build(&path).unwrap_err();
            let is_told = matches!(error, CedarError::Manifest { .. } | CedarError::Read { .. });
            assert!(is_told, "{end}, {gone}: {error:?}");
            fs::write(path.join("staff.json"), STAFF).unwrap();
        }
    }
    fs::write(path.join("policies.manifest"), &MANIFEST[..whole]).unwrap();
    build(&path).unwrap();
}

#[test]
fn a_file_that_is_gone_or_not_listed_denies() {
    for file in
        ["policies.manifest", "shop.cedarschema", "shop.cedar", "limits.cedar", "staff.json"]
    {
        let path = directory("gone");
        fs::remove_file(path.join(file)).unwrap();
        let error = build(&path).unwrap_err();
        assert!(matches!(error, CedarError::Read { .. }), "{file}: {error:?}");
    }
    for file in ["more.cedar", "MORE.CEDAR", "other.cedarschema", "more.json"] {
        let path = directory("forgotten");
        fs::write(path.join(file), LIMITS).unwrap();
        let error = build(&path).unwrap_err();
        assert!(error.to_string().contains(&format!("does not list `{file}`")), "{error}");
    }
    // What mounts and editors leave.
    let path = directory("hidden");
    fs::write(path.join(".shop.cedar.swp"), "").unwrap();
    fs::create_dir_all(path.join("..2026_11_26")).unwrap();
    build(&path).unwrap();
}

#[test]
fn a_manifest_that_says_something_else_denies() {
    let path = directory("manifest");
    for (from, to) in [
        ("files 4", "files 3"),
        ("files 4", "files 5"),
        ("files 4", "files"),
        ("files 4\n", ""),
        ("2 shop.cedar", "1 shop.cedar"),
        ("2 shop.cedar", "3 shop.cedar"),
        ("2 shop.cedar", "0 shop.cedar"),
        ("2 shop.cedar", "two shop.cedar"),
        ("2 shop.cedar", "shop.cedar"),
        ("2 shop.cedar", "2 ../shop.cedar"),
        ("2 shop.cedar", "2 /etc/shop.cedar"),
        ("1 limits.cedar", "2 shop.cedar"),
        ("schema shop.cedarschema\n", ""),
        ("entities staff.json", "schema staff.json"),
    ] {
        assert!(MANIFEST.contains(from));
        fs::write(path.join("policies.manifest"), MANIFEST.replace(from, to)).unwrap();
        let error = build(&path).unwrap_err();
        let is_told = matches!(error, CedarError::Manifest { .. } | CedarError::Count { .. });
        assert!(is_told, "{from} -> {to}: {error:?}");
    }
}

#[test]
fn a_file_from_elsewhere_denies() {
    let path = directory("elsewhere");
    fs::remove_file(path.join("limits.cedar")).unwrap();
    let outside = env::temp_dir().join(format!("failclosed-cedar-{}-outside.cedar", process::id()));
    fs::write(&outside, LIMITS).unwrap();
    let name = outside.file_name().unwrap().to_string_lossy().into_owned();
    for listed in [format!("../{name}"), outside.to_string_lossy().into_owned()] {
        let manifest = MANIFEST.replace("limits.cedar", &listed);
        fs::write(path.join("policies.manifest"), manifest).unwrap();
        let error = build(&path).unwrap_err();
        assert!(error.to_string().contains("not a plain name in this directory"), "{error}");
    }
}

/// Two versions behind a symbolic link that is switched in the middle of each reading: where a pipe
/// stands for a file, its reader waits for us. Files of both versions have an id twice.
#[cfg(unix)]
#[test]
fn files_of_two_versions_are_never_one_set() {
    use std::{os::unix::fs::symlink, process::Command};
    let path = directory("switched");
    let policy = |id: &str| format!("@id(\"{id}\") permit(principal, action, resource);");
    for (version, ids) in [("v1", ["a", "b"]), ("v2", ["b", "a"])] {
        let version = path.join(version);
        fs::create_dir_all(&version).unwrap();
        let manifest =
            "files 4\nschema s.cedarschema\n1 first.cedar\n1 gate.cedar\n1 second.cedar\n";
        fs::write(version.join("policies.manifest"), manifest).unwrap();
        fs::write(version.join("s.cedarschema"), SCHEMA).unwrap();
        fs::write(version.join("first.cedar"), policy(ids[0])).unwrap();
        fs::write(version.join("second.cedar"), policy(ids[1])).unwrap();
        let made = Command::new("mkfifo").arg(version.join("gate.cedar")).status().unwrap();
        assert!(made.success());
    }
    let current = path.join("current");
    symlink(path.join("v1"), &current).unwrap();
    // Not waited for: where there are fewer readings, it hangs in the pipe.
    std::thread::spawn(move || {
        for [from, to] in [["v1", "v2"], ["v2", "v1"]].iter().cycle() {
            let gate = fs::OpenOptions::new().write(true).open(path.join(from).join("gate.cedar"));
            let next = path.join("next");
            symlink(path.join(to), &next).unwrap();
            fs::rename(&next, path.join("current")).unwrap();
            std::io::Write::write_all(&mut gate.unwrap(), policy("gate").as_bytes()).unwrap();
        }
    });
    let error = build(&current).unwrap_err();
    assert!(error.to_string().contains("change while they are read"), "{error}");
}

#[test]
fn entities_from_two_places_denies() {
    let path = directory("twice");
    let builder = CedarAuthority::builder_from_directory(&path);
    let error = builder.entities(cedar_policy::Entities::empty()).build().unwrap_err();
    assert!(matches!(error, CedarError::Manifest { .. }), "{error:?}");
}

#[test]
fn an_error_names_file_and_line_and_policy() {
    let path = directory("places");
    let limits = path.join("limits.cedar");
    let error = |text: &str| {
        fs::write(&limits, text).unwrap();
        build(&path).unwrap_err().to_string()
    };
    let misspelt = error(&LIMITS.replace("context.amount", "context.amont"));
    assert!(misspelt.contains("limits.cedar:1: "), "{misspelt}");
    assert!(misspelt.contains("`limit`"), "{misspelt}");
    let twice = error(&format!("// of two files\n{}", LIMITS.replace("limit", "no-casinos")));
    assert!(twice.contains("`no-casinos` (limits.cedar:2)"), "{twice}");
    assert!(twice.contains("also at shop.cedar:4"), "{twice}");
    let unparsed = error(&LIMITS.replace("when {", "when ("));
    assert!(unparsed.contains("limits.cedar:3: "), "{unparsed}");
    fs::write(&limits, LIMITS).unwrap();
    let broken = format!("{SCHEMA}\nentity 7;");
    let line = broken.lines().count();
    fs::write(path.join("shop.cedarschema"), broken).unwrap();
    let schema = build(&path).unwrap_err().to_string();
    assert!(schema.contains(&format!("shop.cedarschema:{line}: ")), "{schema}");
}

#[tokio::test]
async fn a_watch_sees_an_ended_membership_and_keeps_the_set_on_errors() {
    let path = directory("watched");
    let authority = build(&path).unwrap();
    authority.reload_every(Duration::from_millis(20)).unwrap();
    let again = authority.reload_every(Duration::from_millis(20)).unwrap_err();
    assert!(again.to_string().contains("watched already"), "{again}");
    let shop = Shop::new(authority.clone());
    let whole = shop.allowed(lunch()).await.version.unwrap();
    // Cut between two policies: the old set stays, its `forbid` included, and says so.
    let cut = SHOP.find("@id(\"no-casinos\")").unwrap();
    fs::write(path.join("shop.cedar"), &SHOP[..cut]).unwrap();
    until(|| authority.version().unwrap().ends_with("a later reload failed")).await;
    shop.allowed(lunch()).await;
    shop.denied(purchase(1, "casino.example"), Cause::Denied).await;
    fs::write(path.join("shop.cedar"), SHOP).unwrap();
    until(|| authority.version().unwrap() == whole).await;
    fs::write(path.join("staff.json"), "[]").unwrap();
    until(|| authority.version().unwrap() != whole).await;
    shop.denied(lunch(), Cause::Denied).await;
}

async fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_watch_of_nothing_denies() {
    let text = CedarAuthority::builder(SCHEMA, SHOP).build().unwrap();
    let error = text.reload_every(Duration::from_secs(1)).unwrap_err();
    assert!(matches!(error, CedarError::Watch { .. }), "{error:?}");
    assert!(matches!(text.refresh().unwrap_err(), CedarError::Watch { .. }));
    let files = build(&directory("no-pause")).unwrap();
    assert!(matches!(files.reload_every(Duration::ZERO).unwrap_err(), CedarError::Watch { .. }));
}

/// A schema comes from one place.
#[tokio::test]
async fn a_schema_from_elsewhere_is_the_only_one() {
    let path = directory("elsewhere");
    let build = |schema: &str| {
        CedarAuthority::builder_from_directory_for(schema, &path).resource_type("Vendor").build()
    };
    let both = build(SCHEMA).unwrap_err().to_string();
    assert!(both.contains("lists a schema, and another one was given"), "{both}");
    // It is not listed, and yet there.
    let without = MANIFEST.replace("files 4", "files 3").replace("schema shop.cedarschema\n", "");
    fs::write(path.join("policies.manifest"), without).unwrap();
    let unlisted = build(SCHEMA).unwrap_err().to_string();
    assert!(unlisted.contains("does not list `shop.cedarschema`"), "{unlisted}");
    fs::remove_file(path.join("shop.cedarschema")).unwrap();
    let none = self::build(&path).unwrap_err().to_string();
    assert!(none.contains("it lists no schema"), "{none}");
    assert!(matches!(build("entity Agent;"), Err(CedarError::Invalid { .. })));
    let shop = Shop::new(build(SCHEMA).unwrap());
    shop.allowed(lunch()).await;
    let casino = Purchase(Asked::default().with("amount", 1_i64).on_id("casino.example"));
    shop.denied(casino, Cause::Denied).await;
}
