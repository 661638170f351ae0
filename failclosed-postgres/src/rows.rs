//! Records as rows: how they are written, and how they are read.

use failclosed_runtime::audit::{Chain, GENESIS, Row};
use sqlx::{PgConnection, Row as _, postgres::PgRow, query};

use crate::session::Session;

/// Appends rows where the log ends as it is `known` to, in one statement, and so in one transaction; gives
/// how many it appended: all or none.
pub(crate) async fn insert(
    session: &mut Session,
    log: &str,
    known: &Chain,
    rows: &[Row],
) -> sqlx::Result<u64> {
    // The session is looked at as well: behind a pooler another one may answer, which has no lock.
    let insert = query(
        "INSERT INTO failclosed.records (log, seq, hash, kind, at_ms, text, \
         call, agent, person, action, verdict, cause, rule, outcome) \
         SELECT $1, new.* FROM unnest($5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], \
         $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], \
         $17::text[]) AS new \
         WHERE pg_backend_pid() = $2 AND $3 = coalesce((SELECT hash FROM failclosed.records \
         WHERE log = $1 ORDER BY seq DESC LIMIT 1), $4)",
    );
    let column = |of: fn(&Row) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let insert = insert.bind(log).bind(session.identity.pid).bind(known.hash()).bind(GENESIS);
    let insert = insert
        .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
        .bind(column(|row| &row.hash))
        .bind(column(|row| &row.kind))
        .bind(rows.iter().map(|row| row.at_ms).collect::<Vec<_>>())
        .bind(column(|row| &row.text));
    let member = |at: usize| rows.iter().map(|row| row.members[at].as_deref()).collect::<Vec<_>>();
    let insert = (0..Row::NAMES.len()).fold(insert, |insert, at| insert.bind(member(at)));
    Ok(insert.execute(&mut session.connection).await?.rows_affected())
}

/// At most `limit` rows, in order, from the one with number `from` on.
pub(crate) async fn from(
    connection: &mut PgConnection,
    log: &str,
    from: i64,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let select = query(
        "SELECT seq, hash, text, kind, at_ms, \
         call, agent, person, action, verdict, cause, rule, outcome \
         FROM failclosed.records WHERE log = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
    );
    let found = select.bind(log).bind(from).bind(limit).fetch_all(connection).await?;
    found.iter().map(read).collect()
}

/// The number of the last row.
pub(crate) async fn last(connection: &mut PgConnection, log: &str) -> sqlx::Result<Option<i64>> {
    let select =
        query("SELECT seq FROM failclosed.records WHERE log = $1 ORDER BY seq DESC LIMIT 1");
    let found = select.bind(log).fetch_optional(connection).await?;
    found.map(|row| row.try_get(0)).transpose()
}

fn read(row: &PgRow) -> sqlx::Result<Row> {
    let mut members: [Option<String>; 8] = Default::default();
    for (at, member) in members.iter_mut().enumerate() {
        *member = row.try_get(5 + at)?;
    }
    let record = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    Ok(Row::read(record, (row.try_get(3)?, row.try_get(4)?), members))
}
