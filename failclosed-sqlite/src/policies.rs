//! The text of policies: how it is kept, and how it is read.

use sqlx::{SqliteConnection, query, query_scalar};

/// Keeps a text under its digest, unless there is one already. Gives the one that is there.
pub(crate) async fn keep(
    connection: &mut SqliteConnection,
    digest: &str,
    text: &str,
) -> sqlx::Result<Option<String>> {
    let insert = query("INSERT INTO policies (digest, text) VALUES (?, ?) ON CONFLICT DO NOTHING");
    insert.bind(digest).bind(text).execute(&mut *connection).await?;
    find(connection, digest).await
}

/// The text with this digest.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    digest: &str,
) -> sqlx::Result<Option<String>> {
    let select = query_scalar("SELECT text FROM policies WHERE digest = ?");
    select.bind(digest).fetch_optional(connection).await
}
