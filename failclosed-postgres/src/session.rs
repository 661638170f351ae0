//! A session that holds the lock of a log: as long as it lives, nobody else writes that log.

use std::time::Duration;

use failclosed_runtime::audit::StoreError;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, query, query_as, query_scalar};

use crate::{
    database::{is_durable, migrate},
    place::Place,
};

/// How often the lock that an earlier session of ours has is tried again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOKS: u32 = 20;

/// A session, by what no later one shares with it: the number of its process, and when that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) pid: i32,
    began: String,
}

/// A connection that may write a log.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: PgConnection,
    pub(crate) identity: Identity,
}

impl Session {
    /// Connects and takes the lock. A session of ours that was lost, `before`, is ended where the server
    /// still has it.
    pub(crate) async fn begin(
        place: &Place,
        log: &str,
        patience: Duration,
        before: Option<&Identity>,
    ) -> Result<Self, StoreError> {
        let mut connection = connect(place, patience).await?;
        migrate(&mut connection, place).await?;
        is_durable(&mut connection, place).await?;
        let mut looks = 0;
        while !lock(&mut connection, log).await.map_err(|error| place.failed(&error))? {
            let ended = match before {
                Some(before) => end(&mut connection, before).await,
                None => Ok(false),
            };
            if !ended.map_err(|error| place.failed(&error))? || looks == LOOKS {
                // FAIL CLOSED: whose records come next would be a matter of luck.
                return Err(place.failed(&format_args!(
                    "the audit log `{log}` is being written by another session\n\
                     help: give each process a log of its own: `PostgresOptions::log(\"shop-2\")`"
                )));
            }
            looks += 1;
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let own =
            "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        let (pid, began) =
            query_as(own).fetch_one(&mut connection).await.map_err(|error| place.failed(&error))?;
        Ok(Self { connection, identity: Identity { pid, began } })
    }

    /// Ends the session, and gives the lock back.
    pub(crate) async fn close(self) -> sqlx::Result<()> {
        self.connection.close().await
    }
}

/// Connects, with ends to what may take long.
pub(crate) async fn connect(place: &Place, patience: Duration) -> Result<PgConnection, StoreError> {
    let mut connection = place.options.connect().await.map_err(|error| place.failed(&error))?;
    // Less than what is waited for the whole, so that it is the server that says why, and that nothing
    // was done. A client that is gone, with its lock, is noticed within half a minute.
    let millis = (patience - patience / 4).as_millis().max(1).to_string();
    query(
        "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false), \
         set_config('tcp_keepalives_idle', '10', false), \
         set_config('tcp_keepalives_interval', '5', false), \
         set_config('tcp_keepalives_count', '3', false)",
    )
    .bind(millis)
    .execute(&mut connection)
    .await
    .map_err(|error| place.failed(&error))?;
    Ok(connection)
}

async fn lock(connection: &mut PgConnection, log: &str) -> sqlx::Result<bool> {
    query_scalar("SELECT pg_try_advisory_lock(hashtextextended('failclosed ' || $1, 0))")
        .bind(log)
        .fetch_one(connection)
        .await
}

/// Ends a session, if it is still that one; whether it was.
async fn end(connection: &mut PgConnection, session: &Identity) -> sqlx::Result<bool> {
    let ended: Option<bool> = query_scalar(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE pid = $1 AND backend_start::text = $2 AND usename = current_user",
    )
    .bind(session.pid)
    .bind(&session.began)
    .fetch_optional(connection)
    .await?;
    Ok(ended.is_some())
}
