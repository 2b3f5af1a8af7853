//! The list of the ways in. It asks nobody: no request, no other program.

use serde_json::{Value, json};

use super::super::{Failure, output};
use crate::config::{self, ConfigFile, Listed, Listing, Offered, Paths, Token, TokenSource, Wanted};
use crate::model::ReadOnly;

pub(super) fn run(as_json: bool, wanted: &Wanted) -> Result<(), Failure> {
    let paths = wanted.paths()?;
    let file = ConfigFile::load(paths.config.as_deref())?;
    let listing = config::list(&file, &paths, &|name| std::env::var(name).ok());
    if as_json {
        return Ok(output::json(&document(&listing, &paths))?);
    }
    table(&listing)?;
    offered(&listing.offered, &paths)?;
    listing.notes.iter().for_each(|note| output::note(note));
    Ok(())
}

fn table(listing: &Listing) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = listing
        .profiles
        .iter()
        .map(|one| {
            let mark = if one.is_default { "*" } else { "" };
            let writes = one.read_only.map_or_else(|| "yes".to_owned(), |why| format!("no: {}", why.source()));
            vec![
                format!("{}{mark}", one.name),
                one.platform.name().to_owned(),
                one.endpoint.to_string(),
                one.danger.name().to_owned(),
                writes,
                token_words(&one.token),
            ]
        })
        .collect();
    output::table(&["NAME", "PLATFORM", "ENDPOINT", "DANGER", "WRITES", "TOKEN"], &rows)?;
    output::note("* is entered when none is named. Check one with: attache profiles check NAME");
    Ok(())
}

/// What no profile names, apart from the profiles, with the ways to open it and to make it one.
fn offered(offered: &[Offered], paths: &Paths) -> Result<(), Failure> {
    for one in offered {
        output::line("")?;
        let (platform, endpoint) = (one.platform.name(), &one.endpoint);
        output::line(&format!(
            "Offered, not entered: {platform} at {endpoint}, by the token from {}. It opens read-only and as production:",
            one.source
        ))?;
        output::line(&format!("  {}", one.command()))?;
        output::line(&format!("To write through it, put these lines into {}:", paths.config_file_shown()))?;
        one.lines().iter().try_for_each(|line| output::line(&format!("  {line}")))?;
    }
    Ok(())
}

pub(super) fn token_words(token: &Token) -> String {
    match token {
        Token::NotNeeded => "none needed".to_owned(),
        Token::From(source, None) => source.to_string(),
        Token::From(source, Some(trouble)) => format!("{source}, {trouble}"),
        Token::Missing(why) => format!("none: {why}"),
    }
}

fn document(listing: &Listing, paths: &Paths) -> Value {
    json!({
        "config_file": paths.config_file(),
        "profiles": listing.profiles.iter().map(listed).collect::<Vec<_>>(),
        "offered": listing.offered.iter().map(offer).collect::<Vec<_>>(),
        "notes": listing.notes,
    })
}

fn listed(one: &Listed) -> Value {
    let (source, trouble) = match &one.token {
        Token::NotNeeded => (None, None),
        Token::From(source, trouble) => (Some(source), trouble.as_ref()),
        Token::Missing(why) => (None, Some(why)),
    };
    json!({
        "name": one.name,
        "platform": one.platform.name(),
        "endpoint": one.endpoint.to_string(),
        "data_endpoint": one.data_endpoint,
        "teams": one.teams,
        "danger": one.danger.name(),
        "read_only": read_only(one.read_only),
        "token_source": source.map(source_document),
        "token_trouble": trouble,
        "is_default": one.is_default,
    })
}

fn offer(one: &Offered) -> Value {
    json!({
        "platform": one.platform.name(),
        "endpoint": one.endpoint,
        "data_endpoint": one.data_endpoint,
        "danger": "production",
        "read_only": read_only(Some(ReadOnly::Found)),
        "token_source": source_document(&one.source),
        "command": one.command(),
        "config_lines": one.lines(),
    })
}

/// Why nothing is written, `null` where something may be.
pub(super) fn read_only(read_only: Option<ReadOnly>) -> Value {
    read_only.map_or(Value::Null, |why| json!({"by": why.word(), "why": why.source()}))
}

/// Where a token comes from, never the token.
pub(super) fn source_document(source: &TokenSource) -> Value {
    let (kind, name) = match source {
        TokenSource::Variable(name) => ("variable", name.clone()),
        TokenSource::Command { profile, .. } => ("token_command", profile.clone()),
        TokenSource::File(path) => ("file", path.display().to_string()),
        TokenSource::Netrc { machine, .. } => ("netrc", machine.clone()),
        TokenSource::Program(line) => ("program", line.clone()),
    };
    json!({"kind": kind, "name": name, "words": source.to_string()})
}
