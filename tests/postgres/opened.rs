//! What is connected to, and what is not.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command, sync::Arc};

use failclosed::audit::Writer;
use failclosed_postgres::{LOG, PostgresOptions, PostgresStore};
use failclosed_tests_databases::{Scratch, bought};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::{
    common::Log,
    server::{PASSWORD, Server},
};

fn refused(url: &str, why: &str) -> String {
    let opened = PostgresStore::connect(url).and_then(Writer::open);
    let error = opened.map(drop).unwrap_err().to_string();
    assert!(error.contains(why), "{why}: {error}");
    assert!(!error.contains(PASSWORD), "{error}");
    error
}

#[tokio::test]
async fn a_second_writer_is_told_what_to_do() {
    let log = Log::new().await;
    let writer = log.writer();
    bought(&writer).await;
    refused(
        &log.url(),
        "is being written by another session\nhelp: give each process a log of its own",
    );
    bought(&writer).await;
    writer.close().await.unwrap();
    log.store();
    assert_eq!(log.records().len(), 4);
}

#[tokio::test]
async fn a_schema_that_is_newer_or_another_one_is_not_written_to() {
    let log = Log::sold(1).await;
    let newer = "INSERT INTO failclosed.migrations VALUES (2, 'grants', now(), TRUE, '\\x00', 0)";
    log.run(newer).await.unwrap();
    refused(&log.url(), "was made by a newer version of failclosed");
    let reader = PostgresOptions::new(&log.url()).unwrap().reader();
    let error = reader.map(drop).unwrap_err().to_string();
    assert!(error.contains("newer version") && error.contains("\nhelp: "), "{error}");

    let log = Log::sold(1).await;
    log.run("UPDATE failclosed.migrations SET checksum = '\\x00'").await.unwrap();
    refused(&log.url(), "has been modified");
    let log = Log::new().await;
    let reader = PostgresOptions::new(&log.url()).unwrap().reader();
    let error = reader.map(drop).unwrap_err().to_string();
    assert!(error.contains("there is no audit log in it\nhelp: "), "{error}");
}

/// As the guide sets it up.
#[tokio::test]
async fn a_role_that_may_only_add_writes_a_log() {
    let log = Log::sold(1).await;
    let role = log.database.replace("log", "adds");
    log.run(&format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")).await.unwrap();
    let url = log.url().replace("postgres:correct", &format!("{role}:correct"));
    refused(&url, "permission denied");
    log.run(&format!(
        "GRANT USAGE ON SCHEMA failclosed TO {role}; \
         GRANT SELECT, INSERT ON failclosed.records, failclosed.policies TO {role}; \
         GRANT SELECT ON failclosed.migrations TO {role};"
    ))
    .await
    .unwrap();
    // Whatever was made the default for it.
    log.run(&format!("ALTER ROLE {role} SET synchronous_commit = off")).await.unwrap();
    log.run(
        "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF current_setting('synchronous_commit') <> 'on' THEN RAISE EXCEPTION 'it does not wait'; \
         END IF; RETURN NULL; END $$; \
         CREATE TRIGGER waits BEFORE INSERT ON failclosed.records \
         FOR EACH STATEMENT EXECUTE FUNCTION waits()",
    )
    .await
    .unwrap();
    let writer = Writer::open(PostgresStore::connect(&url).unwrap()).unwrap();
    bought(&writer).await;
    writer.close().await.unwrap();
    assert_eq!(log.records().len(), 5);
    // It cannot make tables, and is told who can.
    let other = Log::new().await;
    refused(&url.replace(&log.database, &other.database), "\nhelp: run the program once as a role");
    log.run(&format!("ALTER ROLE {role} SET default_transaction_read_only = on")).await.unwrap();
    refused(&url, "read-only\nhelp: connect to the primary");
}

#[tokio::test]
async fn a_database_that_loses_records_is_refused() {
    let log = Log::sold(1).await;
    log.run("ALTER TABLE failclosed.records SET UNLOGGED").await.unwrap();
    refused(&log.url(), "in a table that a crash empties\nhelp: ALTER TABLE");
    let latin = Log::with(Server::shared(), "ENCODING LATIN1 TEMPLATE template0").await;
    refused(&latin.url(), "encoding must be UTF8\nhelp: ");
    let careless = Log::at(Arc::new(Server::start(&["fsync=off"]))).await;
    refused(&careless.url(), "does not wait for its disk\nhelp: ALTER SYSTEM SET fsync = on");
}

#[tokio::test]
async fn a_url_is_read_from_where_a_secret_is() {
    let (log, scratch) = (Log::sold(1).await, Scratch::new());
    let file = scratch.path().join("url");
    fs::write(&file, format!("{}\n", log.url())).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let error = PostgresOptions::from_file(&file).map(drop).unwrap_err().to_string();
    assert!(error.contains("is not for its owner alone\nhelp: chmod 600"), "{error}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let options = PostgresOptions::from_file(&file).unwrap();
    assert!(!format!("{options:?}").contains(PASSWORD), "{options:?}");
    let store = options.connect().unwrap();
    assert!(!format!("{store:?}").contains(PASSWORD), "{store:?}");
    drop(store);
    assert!(PostgresOptions::from_variable("FAILCLOSED_NOT_SET").is_err());
    let wrong = log.url().replace(PASSWORD, "battery-staple");
    let error = refused(&wrong, "password authentication failed");
    assert!(!error.contains("battery-staple"), "{error}");
    // Over the socket that is named.
    let by_socket =
        format!("postgres://postgres@/{}?host={}", log.database, log.server.path().display());
    let by_socket = by_socket.replace("@/", &format!("@localhost:{}/", log.server.port()));
    assert!(
        !PostgresOptions::new(&by_socket)
            .unwrap()
            .reader()
            .unwrap()
            .rows(LOG, 0, 9)
            .unwrap()
            .is_empty()
    );
}

/// Whoever sets a variable does not choose who is believed.
#[test]
fn who_is_trusted_is_not_left_to_variables() {
    for name in ["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] {
        let mut shop = Command::new(env!("CARGO_BIN_EXE_postgres_shop"));
        let shop = shop.arg("postgres://u:p@db.example.com/d").env(name, "/dev/null");
        let ended = shop.output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success(), "{said}");
        assert!(said.contains(&format!("{name} is set, and only the URL says")), "{said}");
    }
}

/// A server that is not known is not told the password.
#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    let mut signer = CertificateParams::new([]).unwrap();
    signer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = signer.self_signed(&key).unwrap();
    let signer = Issuer::new(signer, key);
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &signer).unwrap();
    let server = Server::start(&[]);
    let (root_file, pem) = (server.give("root.pem", &root.pem()), certificate.pem());
    let files = [server.give("server.pem", &pem), server.give("server.key", &key.serialize_pem())];
    let log = Log::at(Arc::new(server)).await;
    let [certificate, key] = files.map(|path| path.display().to_string());
    log.run(&format!("ALTER SYSTEM SET ssl_cert_file = '{certificate}'")).await.unwrap();
    log.run(&format!("ALTER SYSTEM SET ssl_key_file = '{key}'")).await.unwrap();
    // Asked for, it is not done without.
    let url = log.url().replace("127.0.0.1", "localhost") + "?sslmode=verify-full";
    let rooted = format!("{url}&sslrootcert={}", root_file.display());
    refused(&rooted, "server does not support TLS");
    log.run("ALTER SYSTEM SET ssl = on").await.unwrap();
    log.server.kill();
    log.server.restart();
    let writer = Writer::open(PostgresStore::connect(&rooted).unwrap()).unwrap();
    bought(&writer).await;
    writer.close().await.unwrap();
    refused(&url, "UnknownIssuer");
    refused(&rooted.replace("localhost", "127.0.0.1"), "not valid for name");
}
