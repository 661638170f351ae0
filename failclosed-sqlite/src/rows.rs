//! Records as rows: how they are written, and how they are read.

use failclosed_runtime::audit::Row;
use sqlx::{Row as _, SqliteConnection, query, sqlite::SqliteRow};

/// Appends one row.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    log: &str,
    row: &Row,
) -> sqlx::Result<()> {
    let insert = query(
        "INSERT INTO records (log, seq, hash, kind, at_ms, text, \
         call, agent, person, action, verdict, cause, rule, outcome) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let insert = insert.bind(log).bind(row.seq).bind(&*row.hash).bind(&*row.kind);
    let insert = insert.bind(row.at_ms).bind(&*row.text);
    let members = row.members.iter().map(Option::as_deref);
    members.fold(insert, |insert, member| insert.bind(member)).execute(connection).await.map(drop)
}

/// At most `limit` rows, in order, from the one with number `from` on.
pub(crate) async fn from(
    connection: &mut SqliteConnection,
    log: &str,
    from: i64,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let select = query(
        "SELECT seq, hash, text, kind, at_ms, \
         call, agent, person, action, verdict, cause, rule, outcome \
         FROM records WHERE log = ? AND seq >= ? ORDER BY seq LIMIT ?",
    );
    let found = select.bind(log).bind(from).bind(limit).fetch_all(connection).await?;
    found.iter().map(read).collect()
}

/// The number and the hash of the last row.
pub(crate) async fn last(
    connection: &mut SqliteConnection,
    log: &str,
) -> sqlx::Result<Option<(i64, String)>> {
    let select = query("SELECT seq, hash FROM records WHERE log = ? ORDER BY seq DESC LIMIT 1");
    let found = select.bind(log).fetch_optional(connection).await?;
    found.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

fn read(row: &SqliteRow) -> sqlx::Result<Row> {
    let mut members: [Option<String>; 8] = Default::default();
    for (at, member) in members.iter_mut().enumerate() {
        *member = row.try_get(5 + at)?;
    }
    let record = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    Ok(Row::read(record, (row.try_get(3)?, row.try_get(4)?), members))
}
