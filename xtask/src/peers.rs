//! Programs that other people wrote, installed by package name under `target/peers`.

use std::{fs, io, path::Path, process::Command};

use crate::target;

/// A set of packages, and how it is installed into a folder of its own.
struct Peers {
    folder: &'static str,
    /// The list of packages; what was installed for another list is installed anew.
    list: &'static str,
    install: fn(list: &Path, folder: &Path) -> io::Result<Vec<Command>>,
}

const PEERS: &[Peers] = &[
    Peers { folder: "npm", list: "peers/clients/package.json", install: npm },
    Peers { folder: "postgres", list: "peers/servers/postgres/package.json", install: npm },
    Peers { folder: "python", list: "peers/clients/python.txt", install: python },
    Peers { folder: "gptme", list: "peers/clients/gptme.txt", install: python },
    Peers { folder: "semgrep", list: "peers/checkers/semgrep.txt", install: python },
    Peers { folder: "opa", list: "peers/servers/opa.txt", install: any_python },
    Peers { folder: "spicedb", list: "peers/servers/spicedb.txt", install: python },
];

/// Installs whatever is not there yet.
pub(crate) fn set_up() -> Result<(), String> {
    install(|_| true)
}

/// Installs one of them.
pub(crate) fn set_up_only(folder: &str) -> Result<(), String> {
    install(|peers| peers.folder == folder)
}

fn install(wanted: impl Fn(&Peers) -> bool) -> Result<(), String> {
    missing()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    for peers in PEERS.iter().filter(|peers| wanted(peers)) {
        let (list, folder) = (root.join(peers.list), target()?.join("peers").join(peers.folder));
        let listed = fs::read(&list).map_err(|error| format!("{}: {error}", peers.list))?;
        let stamp = folder.join("installed");
        if fs::read(&stamp).is_ok_and(|installed| installed == listed) {
            continue;
        }
        println!("installing {} into {}", peers.list, folder.display());
        let failed = |error: io::Error| format!("{} cannot be installed: {error}", peers.list);
        fs::create_dir_all(&folder).map_err(failed)?;
        for mut command in (peers.install)(&list, &folder).map_err(failed)? {
            let status = command.status().map_err(failed)?;
            if !status.success() {
                return Err(format!("{} cannot be installed: {command:?} ({status})", peers.list));
            }
        }
        // Last, so that what was broken off is done again.
        fs::write(stamp, listed).map_err(failed)?;
    }
    Ok(())
}

fn npm(list: &Path, folder: &Path) -> io::Result<Vec<Command>> {
    fs::copy(list, folder.join("package.json"))?;
    let mut install = Command::new("npm");
    install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    Ok(vec![install])
}

fn python(list: &Path, folder: &Path) -> io::Result<Vec<Command>> {
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv", "--clear"]).arg(folder);
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(list);
    Ok(vec![environment, install])
}

/// Wheels that ask for a newer Python than this one, though what is in them is a shared library that
/// any Python can load.
fn any_python(list: &Path, folder: &Path) -> io::Result<Vec<Command>> {
    let mut commands = python(list, folder)?;
    if let Some(install) = commands.last_mut() {
        install.args(["--ignore-requires-python", "--only-binary=:all:", "--no-deps"]);
    }
    Ok(commands)
}

/// What the installers need, with the way to get it.
fn missing() -> Result<(), String> {
    let needed: [(&str, &[&str], &str); 3] = [
        ("node", &["--version"], "Node.js 20 or later: `apt-get install nodejs`"),
        ("npm", &["--version"], "npm: `apt-get install npm`"),
        ("python3", &["-c", "import venv, ensurepip"], "`apt-get install python3-venv`"),
    ];
    let mut missing = String::new();
    for (program, args, help) in needed {
        if !Command::new(program).args(args).output().is_ok_and(|output| output.status.success()) {
            missing.push_str(&format!("missing: {program}\nhelp: {help}\n"));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}
