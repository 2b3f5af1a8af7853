//! Statements by way of `psql`.

use secrecy::ExposeSecret;
use tokio_postgres::{Client, NoTls};

use super::bench::{Bench, client};

fn psql(url: &str, statement: &str) -> (bool, String) {
    client("psql", &["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-At", "-d", url, "-c", statement])
}

/// What a statement answers.
pub(super) fn says(url: &str, statement: &str) -> String {
    let (succeeded, text) = psql(url, statement);
    assert!(succeeded, "{statement}: {text}");
    text
}

/// Why a statement is refused.
pub(super) fn refuses(url: &str, statement: &str) -> String {
    let (succeeded, text) = psql(url, statement);
    assert!(!succeeded, "{statement} went through: {text}");
    text
}

/// A session that stays open.
pub(super) async fn session(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The platform's own way in.
pub(super) async fn admin(bench: &Bench) -> Client {
    let url = format!(
        "postgres://postgres:{}@127.0.0.1:{}/postgres",
        bench.instance.settings.admin_password.expose_secret(),
        bench.instance.settings.port
    );
    session(&url).await
}
