//! A connection, with all that makes its commits durable, and the schema.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use failclosed_runtime::audit::StoreError;
use sqlx::{
    ConnectOptions as _, Connection as _, SqlSafeStr as _, SqliteConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    query, query_scalar,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// Which migrations were made.
const VERSIONS: &str = "failclosed_migrations";

/// How often a database that is busy is tried again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// By which `file` and others know it: `fcdb`.
const APPLICATION: &str = "PRAGMA application_id = 0x66636462";

/// A connection to the database of a log.
#[derive(Debug)]
pub(crate) struct Database(pub(crate) SqliteConnection);

impl Database {
    /// Connects to a file that is there, and brings its schema up to date.
    pub(crate) async fn open(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let options = options(path, patience)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = connect(options, path, patience).await?;
        is_durable(&mut connection).await.map_err(|error| failed(path, &error))??;
        let mut migrated = migrate(&mut connection).await;
        if migrated.is_err() {
            // Another process may have done it a moment ago.
            migrated = migrate(&mut connection).await;
        }
        migrated.map_err(|error| unfit(path, &error))?;
        // A file that may only be read would be found out by the first call: a log that fails must fail at
        // the start. It is written to, in the place that says whose it is.
        let written = query(APPLICATION).execute(&mut connection).await;
        written.map_err(|error| failed(path, &error))?;
        Ok(Self(connection))
    }

    /// Connects to read, and changes nothing.
    pub(crate) async fn open_to_read(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let options = options(path, patience).read_only(true);
        let mut connection = connect(options, path, patience).await?;
        let known = "SELECT max(version) FROM failclosed_migrations";
        let found = query_scalar(known).fetch_one(&mut connection).await;
        let version: Option<i64> = found.map_err(|error| {
            let said = error.as_database_error().map(|error| error.message().to_owned());
            if !said.is_some_and(|said| said.starts_with("no such table")) {
                return failed(path, &error);
            }
            StoreError::new(format_args!(
                "there is no audit log in {}\nhelp: name the database that the log is written to",
                path.display()
            ))
        })?;
        let newest = migrator().iter().map(|migration| migration.version).max();
        if version > newest {
            return Err(unfit(path, &MigrateError::VersionMissing(version.unwrap_or_default())));
        }
        Ok(Self(connection))
    }

    /// Ends the connection, with all of the write-ahead log brought into the database, also where others have it
    /// open.
    pub(crate) async fn close_whole(mut self) -> Result<(), sqlx::Error> {
        let brought = query("PRAGMA wal_checkpoint(FULL)").execute(&mut self.0).await;
        let closed = self.close().await;
        brought.map(drop).and(closed)
    }

    /// Ends the connection, with all that it still has to do.
    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        self.0.close().await
    }
}

fn options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        // Less than what is waited for the whole, so that it is the database that says why.
        .busy_timeout(patience / 2)
        // Records are nobody's business, and a line for each append no help.
        .disable_statement_logging()
        .thread_name(|_| "failclosed-sqlite".into())
}

/// Connects, and again where another connection is just closing the database, or making it: for that SQLite
/// itself does not wait.
async fn connect(
    options: SqliteConnectOptions,
    path: &Path,
    patience: Duration,
) -> Result<SqliteConnection, StoreError> {
    let since = Instant::now();
    loop {
        let connected = async {
            let mut connection = options.connect().await?;
            query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
            Ok(connection)
        };
        match connected.await {
            Ok(connection) => return Ok(connection),
            Err(error) if is_busy(&error) && since.elapsed() < patience / 2 => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Err(failed(path, &error)),
        }
    }
}

/// `SQLITE_BUSY` and its kinds.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// Whether a commit is on the disk when it returns.
async fn is_durable(connection: &mut SqliteConnection) -> sqlx::Result<Result<(), StoreError>> {
    let mode: String = query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    let synchronous: i64 = query_scalar("PRAGMA synchronous").fetch_one(connection).await?;
    if mode == "wal" && synchronous == 2 {
        return Ok(Ok(()));
    }
    // FAIL CLOSED: such as on a file system that cannot share memory.
    Ok(Err(StoreError::new(format_args!(
        "the database does not keep what it commits: journal_mode is {mode}, synchronous {synchronous}\n\
         help: put it on a disk of this machine"
    ))))
}

/// Refuses what was made by a newer version, and what was changed since.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), MigrateError> {
    // `run` itself is generic over more than the compiler can see to be `Send`.
    migrator().run_direct(None, connection, false).await
}

/// Those that there are so far; each is never changed again.
fn migrator() -> Migrator {
    let records = include_str!("migrations/1_records.sql").into_sql_str();
    let migrations =
        vec![Migration::new(1, "records".into(), MigrationType::Simple, records, false)];
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name(VERSIONS);
    migrator
}

/// FAIL CLOSED: in tables that are not the ones we know, nothing is known to be durable or in order.
fn unfit(path: &Path, error: &MigrateError) -> StoreError {
    let path = path.display();
    if matches!(error, MigrateError::VersionMissing(_)) {
        return StoreError::new(format_args!(
            "{path} was made by a newer version of failclosed: {error}\n\
             help: use that version, or another file"
        ));
    }
    StoreError::new(format_args!("{path} cannot be used: {error}\nhelp: use another file"))
}

pub(crate) fn failed(path: &Path, error: &sqlx::Error) -> StoreError {
    StoreError::new(format_args!("{}: {error}", path.display()))
}
