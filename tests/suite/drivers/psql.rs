//! Statements by way of `psql`.

use super::bench::client;

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
