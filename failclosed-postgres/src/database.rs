//! The schema, and what is asked of a server before it is believed to keep what it commits.

use failclosed_runtime::audit::StoreError;
use sqlx::{
    PgConnection, SqlSafeStr as _,
    migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator},
    query_as, query_scalar,
};

use crate::place::Place;

/// Where everything is.
const SCHEMA: &str = "failclosed";

/// Which migrations were made.
const VERSIONS: &str = "failclosed.migrations";

/// Whether a commit is on the server's disk when it returns, and every text can be kept.
pub(crate) async fn is_durable(
    connection: &mut PgConnection,
    place: &Place,
) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| place.failed(&error);
    let (encoding, fsync, standby, read_only): (String, String, bool, String) = query_as(
        "SELECT current_setting('server_encoding'), current_setting('fsync'), pg_is_in_recovery(), \
         current_setting('default_transaction_read_only')",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    let waits: String = query_scalar(
        "SELECT CASE WHEN current_setting('synchronous_commit') = 'remote_apply' THEN 'on' \
         ELSE set_config('synchronous_commit', 'on', false) END",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    let kind =
        query_scalar("SELECT relpersistence::text FROM pg_class WHERE oid = to_regclass($1)");
    let kind: Option<String> =
        kind.bind("failclosed.records").fetch_optional(connection).await.map_err(failed)?;
    // FAIL CLOSED: each of these loses or refuses records, some of them not before the power goes.
    let why = match () {
        () if standby || read_only != "off" => "the database is read-only: connect to the primary",
        () if encoding != "UTF8" => {
            "the database's encoding must be UTF8: CREATE DATABASE .. ENCODING UTF8"
        }
        () if fsync != "on" => "the server does not wait for its disk: ALTER SYSTEM SET fsync = on",
        () if waits != "on" => {
            "synchronous_commit cannot be set: ALTER SYSTEM SET synchronous_commit = on"
        }
        () if kind.as_deref() != Some("p") => {
            "the records are in a table that a crash empties: ALTER TABLE failclosed.records SET LOGGED"
        }
        () => return Ok(()),
    };
    let (fault, help) = why.split_once(": ").unwrap_or((why, ""));
    Err(place.failed(&format_args!("{fault}\nhelp: {help}")))
}

/// Brings the schema up to date, where it is not: who may only add needs to see that it is, and no more.
pub(crate) async fn migrate(
    connection: &mut PgConnection,
    place: &Place,
) -> Result<(), StoreError> {
    let unfit = |error: MigrateError| unfit(place, &error);
    if is_there(connection, place).await? {
        let applied = connection.list_applied_migrations(VERSIONS).await.map_err(unfit)?;
        let known = migrator();
        let known: Vec<_> = known.iter().map(|known| (known.version, &known.checksum)).collect();
        let same = applied.iter().map(|applied| (applied.version, &applied.checksum));
        if same.eq(known) {
            return Ok(());
        }
    }
    // Refuses what was made by a newer version, and what was changed since. `run` itself is generic over
    // more than the compiler can see to be `Send`.
    migrator().run_direct(None, connection, false).await.map_err(unfit)
}

/// Whether there is a log of a version that is known.
pub(crate) async fn is_readable(
    connection: &mut PgConnection,
    place: &Place,
) -> Result<(), StoreError> {
    if !is_there(connection, place).await? {
        return Err(place.failed(
            &"there is no audit log in it\nhelp: name the database that the log is written to",
        ));
    }
    let applied = connection.list_applied_migrations(VERSIONS).await;
    let applied = applied.map_err(|error| unfit(place, &error))?;
    match applied.iter().find(|applied| !migrator().version_exists(applied.version)) {
        Some(newer) => Err(unfit(place, &MigrateError::VersionMissing(newer.version))),
        None => Ok(()),
    }
}

async fn is_there(connection: &mut PgConnection, place: &Place) -> Result<bool, StoreError> {
    let found = query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(VERSIONS);
    found.fetch_one(connection).await.map_err(|error| place.failed(&error))
}

/// Those that there are so far; each is never changed again.
fn migrator() -> Migrator {
    let records = include_str!("migrations/1_records.sql").into_sql_str();
    let migrations =
        vec![Migration::new(1, "records".into(), MigrationType::Simple, records, false)];
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.dangerous_set_table_name(VERSIONS);
    migrator.create_schema(SCHEMA);
    migrator
}

/// FAIL CLOSED: in tables that are not the ones we know, nothing is known to be durable or in order.
fn unfit(place: &Place, error: &MigrateError) -> StoreError {
    if matches!(error, MigrateError::VersionMissing(_)) {
        return place.failed(&format_args!(
            "it was made by a newer version of failclosed: {error}\n\
             help: use that version, or another database"
        ));
    }
    place.failed(&format_args!(
        "its tables cannot be used: {error}\n\
         help: run the program once as a role that may make them: GRANT CREATE ON DATABASE .. TO .."
    ))
}
