//! Where the database is, and who is believed to be it. A URL holds a password, so nothing of it is said.

use std::{env, fmt, net::IpAddr};

use failclosed_runtime::audit::StoreError;
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgSslMode},
};
use url::{Host, Url};

/// Variables by which others would choose whom we believe.
const TRUSTING: [&str; 3] = ["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"];

/// A database that can be connected to.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) options: PgConnectOptions,
    /// What must not be in a message: the password, as it is and as the URL has it.
    secrets: Vec<String>,
    /// What may be: `host:port/database`.
    shown: String,
}

impl Place {
    /// # Errors
    /// What is no such URL, has a parameter that is not known, or would believe anybody.
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
        let url = Url::parse(url.trim()).map_err(|error| refused(&error))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(refused(&"the scheme is not `postgres`"));
        }
        let database = text(url.path().trim_start_matches('/'))?;
        let user = text(url.username())?;
        if database.is_empty() || user.is_empty() {
            // FAIL CLOSED: not whatever the environment would choose.
            return Err(refused(&"it names no user, or no database"));
        }
        let mut options = PgConnectOptions::new_without_pgpass()
            .username(&user)
            .database(&database)
            .port(url.port().unwrap_or(5432))
            .application_name("failclosed")
            // Records are nobody's business, and a line for each append no help.
            .disable_statement_logging();
        let mut secrets: Vec<String> = env::var("PGPASSWORD").into_iter().collect();
        if let Some(encoded) = url.password() {
            let password = text(encoded)?;
            options = options.password(&password);
            secrets.extend([password, encoded.to_owned()]);
        }
        secrets.retain(|secret| !secret.is_empty());
        let (mut mode, mut directory, mut root) = (None, None, false);
        for (key, value) in url.query_pairs() {
            options = match &*key {
                "sslmode" => {
                    mode = Some(value.into_owned());
                    options
                }
                "sslrootcert" => {
                    root = true;
                    options.ssl_root_cert(&*value)
                }
                "sslcert" => options.ssl_client_cert(&*value),
                "sslkey" => options.ssl_client_key(&*value),
                "host" if value.starts_with('/') => {
                    directory = Some(value.into_owned());
                    options
                }
                // FAIL CLOSED: it may be one that was to make it safer. Its value may be a secret.
                _ => return Err(refused(&format_args!("the parameter {key:?} is not known"))),
            };
        }
        if let Some(directory) = directory {
            let shown = format!("{directory}/{database}");
            return Ok(Self { options: options.socket(directory), secrets, shown });
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refused(&"it names no host"))?;
        let host = text(host.trim_matches(['[', ']']))?;
        let options = options.host(&host).ssl_mode(tls(&url, mode.as_deref(), root)?);
        let shown = format!("{host}:{}/{database}", url.port().unwrap_or(5432));
        Ok(Self { options, secrets, shown })
    }

    /// An error, without what nobody may see.
    pub(crate) fn failed(&self, error: &dyn fmt::Display) -> StoreError {
        let mut said = error.to_string();
        for secret in &self.secrets {
            said = said.replace(secret, "***");
        }
        StoreError::new(format_args!("{}: {said}", self.shown))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.shown).finish()
    }
}

/// How the server is known. To another machine there is one way.
fn tls(url: &Url, mode: Option<&str>, root: bool) -> Result<PgSslMode, StoreError> {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Of a scheme that browsers do not know, every host is a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        None => false,
    };
    match mode {
        None | Some("verify-full") if !is_here || mode.is_some() => {
            // One that the URL overrides has no say.
            let has_say =
                |name: &&&str| env::var_os(name).is_some() && !(root && **name == "PGSSLROOTCERT");
            if let Some(name) = TRUSTING.iter().find(has_say) {
                // FAIL CLOSED: who sets a variable does not choose who is the server.
                return Err(StoreError::new(format_args!(
                    "{name} is set, and only the URL says who is trusted\nhelp: env -u {name} ..."
                )));
            }
            Ok(PgSslMode::VerifyFull)
        }
        None | Some("disable") if is_here => Ok(PgSslMode::Disable),
        // FAIL CLOSED: the others take a server for what it says it is, or go on without TLS.
        _ => Err(refused(&"`sslmode` is not `verify-full`, which it is to another machine")),
    }
}

/// Without the percent signs.
fn text(encoded: &str) -> Result<String, StoreError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let decoded = match byte {
            b'%' => digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high * 16 + low),
            byte => Some(byte.into()),
        };
        let decoded = decoded.and_then(|byte| u8::try_from(byte).ok());
        bytes.push(decoded.ok_or_else(|| refused(&"it has a `%` that stands for nothing"))?);
    }
    String::from_utf8(bytes).map_err(|_| refused(&"it is not UTF-8"))
}

fn refused(why: &dyn fmt::Display) -> StoreError {
    StoreError::new(format_args!(
        "the database's URL is refused: {why}\n\
         help: postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full&sslrootcert=FILE"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn another_machine_is_verified_and_this_one_need_not_be() {
        for (url, verified) in [
            ("postgres://u:p@db.example.com/d", true),
            ("postgres://u:p@db.example.com/d?sslmode=verify-full", true),
            ("postgres://u:p@10.0.0.1:5433/d", true),
            ("postgres://u:p@localhost.example.com/d", true),
            ("postgres://u:p@localhost/d?sslmode=verify-full", true),
            ("postgres://u:p@localhost/d", false),
            ("postgresql://u:p@127.0.0.1/d", false),
            ("postgres://u:p@[::1]/d", false),
        ] {
            let place = Place::read(url).unwrap();
            let mode = place.options.get_ssl_mode();
            assert_eq!(matches!(mode, PgSslMode::VerifyFull), verified, "{url}");
            assert_eq!(matches!(mode, PgSslMode::Disable), !verified, "{url}");
        }
    }

    #[test]
    fn what_would_believe_anybody_or_is_no_url_is_refused_and_not_repeated() {
        for url in [
            "",
            "hunter2",
            "https://u:hunter2@h/d",
            "postgres://:hunter2@h/d",
            "postgres://u:hunter2@h/",
            "postgres://u:hunter2@/d",
            "postgres://u:hunter2@h:hunter2/d",
            "postgres://u:hunter2%@h/d",
            "postgres://u:hunter2%ff@h/d",
            "postgres://u:hunter2@h/d?passwort=hunter2",
            "postgres://u:hunter2@h/d?host=other.example.com",
            "postgres://u:hunter2@h/d?sslmode=require",
            "postgres://u:hunter2@h/d?sslmode=verify-ca",
            "postgres://u:hunter2@h/d?sslmode=prefer",
            "postgres://u:hunter2@h/d?sslmode=disable",
            "postgres://u:hunter2@localhost/d?sslmode=prefer",
        ] {
            let error = Place::read(url).unwrap_err().to_string();
            assert!(error.contains("\nhelp: postgres://"), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_said() {
        let place = Place::read("postgres://u:hunt%65r2@db.example.com/d").unwrap();
        assert_eq!(format!("{place:?}"), r#"Place("db.example.com:5432/d")"#);
        let said = place.failed(&"no hunter2, no hunt%65r2").to_string();
        assert_eq!(said, "db.example.com:5432/d: no ***, no ***");
    }
}
