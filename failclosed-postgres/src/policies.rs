//! The text of policies: how it is kept, and how it is read.

use sqlx::{PgConnection, query, query_scalar};

/// Keeps a text under its digest, unless there is one already. Gives the one that is there.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    digest: &str,
    text: &str,
) -> sqlx::Result<Option<String>> {
    let insert = query(
        "INSERT INTO failclosed.policies (digest, text) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    );
    insert.bind(digest).bind(text).execute(&mut *connection).await?;
    find(connection, digest).await
}

/// The text with this digest.
pub(crate) async fn find(
    connection: &mut PgConnection,
    digest: &str,
) -> sqlx::Result<Option<String>> {
    let select = query_scalar("SELECT text FROM failclosed.policies WHERE digest = $1");
    select.bind(digest).fetch_optional(connection).await
}
