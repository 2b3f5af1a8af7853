//! The list.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::args::{FromSource, OperationsArgs};
use super::super::{Context, Exit, Failure, json as document, output};
use crate::config::Wanted;
use crate::model::{Course, Deed, DeedId, Moment, Ours, Release, Work, deeds, parse_moment};
use crate::platform::Platform;
use crate::store::Entry;

/// How long the platform may take where the journal would do.
const PATIENCE: Duration = Duration::from_secs(15);
/// Of how many apps the releases are read, and of how many at a time.
const APPS: usize = 50;
const AT_ONCE: usize = 8;

/// What the platform recorded.
#[derive(Default)]
struct Theirs {
    works: Vec<Work>,
    releases: Vec<(String, Release)>,
    /// What could not be read, as sentences.
    missing: Vec<String>,
    /// Which profile and endpoint it is.
    way: Option<(String, String)>,
}

pub(super) async fn run(args: &OperationsArgs, wanted: &Wanted) -> Result<(), Failure> {
    let now = Timestamp::now();
    let since = args.since.as_deref().map(|said| since(said, now, &TimeZone::system())).transpose()?;
    let journal = if args.source == FromSource::Platform { None } else { super::journal(wanted)? };
    let (entries, courses) = match &journal {
        Some(journal) => (journal.entries(args.limit, since)?, journal.newest_courses(args.limit, since)?),
        None => (Vec::new(), Vec::new()),
    };
    let theirs = match args.source {
        FromSource::Journal => Theirs::default(),
        FromSource::Platform => theirs(&Context::for_verb(wanted)?).await?,
        FromSource::All => match within_patience(wanted).await {
            Ok(theirs) => theirs,
            Err(failure) => Theirs { missing: vec![failure.message], ..Theirs::default() },
        },
    };
    let rows = merged(&entries, &courses, &theirs, args, since, now);
    if args.json {
        let rows: Vec<Value> = rows.iter().map(|row| row_document(row, &entries, &courses, &theirs)).collect();
        output::json(&json!({"operations": rows, "missing": theirs.missing}))?;
    } else if rows.is_empty() && args.source != FromSource::Platform && since.is_none() {
        let note = match wanted.paths()?.operations() {
            Ok(folder) => {
                format!("Nothing was done from this machine yet ({} holds no operations).", folder.display())
            }
            Err(error) => error.to_string(),
        };
        output::note(&note);
    } else {
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        output::table(&["WHEN", "SOURCE", "BY", "PROFILE", "OUTCOME", "WHAT", "ID"], &rows)?;
    }
    for sentence in &theirs.missing {
        output::note(&format!("What the platform itself has recorded is missing: {sentence}"));
    }
    Ok(())
}

fn merged(
    entries: &[Entry],
    courses: &[Course],
    theirs: &Theirs,
    args: &OperationsArgs,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Deed> {
    let by: Vec<String> = entries.iter().map(|entry| entry.intent.actor.words()).collect();
    let is_here = |entry: &Entry| {
        let way = theirs.way.as_ref();
        way.is_some_and(|(profile, endpoint)| {
            entry.intent.profile.as_str() == profile && entry.intent.endpoint == *endpoint
        })
    };
    let ours: Vec<Ours<'_>> = entries
        .iter()
        .zip(&by)
        .map(|(entry, by)| Ours { operation: &entry.operation, by: Some(by), is_here: is_here(entry) })
        .collect();
    let courses: Vec<&Course> = courses.iter().collect();
    let mut rows = deeds(&ours, &courses, &theirs.works, &theirs.releases, now);
    rows.retain(|row| since.is_none_or(|since| row.at.is_none_or(|at| at >= since)));
    rows.truncate(args.limit);
    rows
}

async fn within_patience(wanted: &Wanted) -> Result<Theirs, Failure> {
    let context = Context::for_verb(wanted)?;
    let too_late = || Failure::new(Exit::NotReached, "It did not answer within 15 seconds.");
    tokio::time::timeout(PATIENCE, theirs(&context)).await.map_err(|_| too_late())?
}

async fn theirs(context: &Context) -> Result<Theirs, Failure> {
    let connection = context.connect()?;
    let reader = connection.reader.as_ref();
    let mut theirs =
        Theirs { way: Some((context.profile.name.0.to_string(), connection.endpoint.clone())), ..Theirs::default() };
    // The apps first: where the platform is not reached, that is the end of it.
    let mut apps = reader.apps().await?;
    match reader.works(None).await {
        Ok(works) => theirs.works = works.value,
        Err(error) => theirs.missing.push(error.message),
    }
    if apps.len() > APPS {
        theirs.missing.push(format!("The releases of {} of {} apps were not read.", apps.len() - APPS, apps.len()));
        apps.truncate(APPS);
    }
    let read: Vec<_> = stream::iter(apps.into_iter().map(|app| releases(reader, app.name.to_string())))
        .buffered(AT_ONCE)
        .collect()
        .await;
    for releases in read {
        match releases {
            Ok(releases) => theirs.releases.extend(releases),
            Err(sentence) => theirs.missing.push(sentence),
        }
    }
    Ok(theirs)
}

async fn releases(reader: &dyn Platform, app: String) -> Result<Vec<(String, Release)>, String> {
    let releases = reader.releases(&app).await.map_err(|error| error.message)?;
    Ok(releases.into_iter().map(|release| (app.clone(), release)).collect())
}

/// `2h` and `2026-11-19` beside what every moment can be.
fn since(said: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let said = said.trim();
    let is_span = said.starts_with(|c: char| c.is_ascii_digit())
        && said.ends_with(|c: char| c.is_ascii_alphabetic() && c != 'Z' && c != 'z');
    let spelled = match said.parse::<jiff::civil::Date>() {
        Ok(_) => format!("{said} 00:00"),
        Err(_) if is_span => format!("-{said}"),
        Err(_) => said.to_owned(),
    };
    match parse_moment(&spelled, now, zone) {
        Ok(Moment::At(at)) => Ok(at),
        Ok(Moment::Before(_)) | Err(_) => Err(Failure::new(
            Exit::Usage,
            format!(
                "--since {:?} is no time that has been. Say how long ago, such as 2h or -35m, or when: 02:40, 2026-11-19, \
                 2026-11-19 02:40.",
                crate::model::printable(said)
            ),
        )),
    }
}

fn cells(row: &Deed) -> Vec<String> {
    let unknown = || "unknown".to_owned();
    let more = match &row.id {
        DeedId::Course(_) | DeedId::Release { .. } => {
            row.message.as_ref().map_or(String::new(), |more| format!(": {more}"))
        }
        _ => String::new(),
    };
    vec![
        row.at.map_or_else(unknown, output::time),
        row.source.word().to_owned(),
        row.by.clone().unwrap_or_else(unknown),
        row.profile.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
        row.outcome.clone(),
        format!("{}{more}", row.sentence),
        row.id.to_string(),
    ]
}

fn row_document(row: &Deed, entries: &[Entry], courses: &[Course], theirs: &Theirs) -> Value {
    let (kind, mut body) = match &row.id {
        DeedId::Operation(id) => {
            let entry = entries.iter().find(|entry| entry.intent.id == *id);
            ("operation", entry.map_or_else(|| json!({}), |entry| document::operation(&entry.operation)))
        }
        DeedId::Course(id) => {
            let course = courses.iter().find(|course| course.id == *id);
            let parts: Vec<_> = course.into_iter().flat_map(Course::operations).map(document::operation).collect();
            let replacement = course.and_then(Course::replacement_id);
            (
                "procedure",
                json!({"operations": parts, "target": course.map(|one| one.procedure.goal.addon()), "addon_id": replacement}),
            )
        }
        DeedId::Work(id) => {
            let work = theirs.works.iter().find(|work| work.id == *id);
            let work = work.map(|work| json!({"target": work.addon, "addon_id": work.addon_id, "backup_id": work.backup_id, "work_id": work.id, "updated_at": work.ended_at}));
            ("work", work.unwrap_or_else(|| json!({})))
        }
        DeedId::Release { app, version } => ("release", json!({"target": app, "app": app, "release": version})),
    };
    for name in ["command", "target", "addon_id", "work_id", "backup_id", "updated_at"] {
        if body.get(name).is_none() {
            body[name] = Value::Null;
        }
    }
    body["kind"] = json!(kind);
    body["id"] = json!(row.id.to_string());
    body["source"] = json!(row.source.word());
    body["by"] = json!(row.by);
    body["profile"] = json!(row.profile);
    body["sentence"] = json!(row.sentence);
    body["outcome"] = json!(row.outcome);
    body["message"] = json!(row.message);
    body["started_at"] = json!(row.at);
    body["ended_at"] = json!(row.ended_at);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_how_long_ago_a_day_or_a_time() {
        let now: Timestamp = "2026-11-20T03:14:07Z".parse().unwrap();
        let at = |said| since(said, now, &TimeZone::UTC).map(|at| at.to_string()).map_err(|failure| failure.message);
        for (said, expected) in [
            ("2h", "2026-11-20T01:14:07Z"),
            ("-35m", "2026-11-20T02:39:07Z"),
            ("3d", "2026-11-17T03:14:07Z"),
            ("2026-11-19", "2026-11-19T00:00:00Z"),
            ("02:40", "2026-11-20T02:40:00Z"),
            ("02:40Z", "2026-11-20T02:40:00Z"),
            ("2026-11-19T02:40:00Z", "2026-11-19T02:40:00Z"),
        ] {
            assert_eq!(at(said).as_deref(), Ok(expected), "{said}");
        }
        for said in ["v57", "yesterday", "", "2x", "2027-01-01", "\u{1b}[2J"] {
            let why = at(said).unwrap_err();
            assert!(why.contains("2h") && !why.contains('\u{1b}'), "{said}: {why}");
        }
    }
}
