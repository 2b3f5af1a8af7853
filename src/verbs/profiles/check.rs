//! `attache profiles check`: one way in, from the name of its host to what may be done there. It only reads.

mod endpoint;
mod report;

use crate::config::{ConfigFile, PlatformKind, Wanted};
use crate::model::{Danger, Known, printable};
use crate::platform::{Budget, Conditional, Platform, ReadError, Settings, connect, reach};
use crate::store::Journal;

use super::super::{Context, Exit, Failure};
use report::{Outcome, Report};

pub(super) async fn run(name: Option<&str>, as_json: bool, wanted: &Wanted) -> Result<(), Failure> {
    let context = context(name, wanted)?;
    let mut report = Report::new(&context.profile);
    examine(&context, &mut report).await;
    report.print(as_json)?;
    report.end()
}

/// What is to be checked: a profile by its name, or what was found of a platform.
fn context(name: Option<&str>, wanted: &Wanted) -> Result<Context, Failure> {
    let Some(name) = name else { return Context::for_verb(wanted) };
    if wanted.profile.is_some() || wanted.platform.is_some() {
        return Err(Failure::new(
            Exit::Usage,
            format!("It is named twice: as {name:?}, and with --profile or --platform. Name it once."),
        ));
    }
    let file = ConfigFile::load(wanted.paths()?.config.as_deref())?;
    let is_offered = !file.names().contains(&name) && PlatformKind::from_name(name).is_some();
    let (profile, platform) = if is_offered { (None, Some(name)) } else { (Some(name), None) };
    let owned = |name: Option<&str>| name.map(str::to_owned);
    let named = Wanted { profile: owned(profile), platform: owned(platform), ..wanted.clone() };
    Ok(Context::find(&named)?.0)
}

async fn examine(context: &Context, report: &mut Report) {
    let profile = &context.profile;
    let connection = match connect(profile, Settings::watched().remembering(context.paths.state.as_deref())) {
        Ok(connection) => connection,
        Err(error) => {
            report.is_reached = false;
            report.failed("endpoint", error.to_string());
            return;
        }
    };
    let reader = connection.reader.as_ref();
    let account = reader.account().await;
    endpoint::tell(report, &profile.endpoint, account.as_ref().err());
    if account.as_ref().is_err_and(|error| error.kind.is_no_answer()) {
        report.is_reached = false;
        for what in ["credential", "rights"] {
            report.add(what, Outcome::NotChecked, "not checked: the platform was not reached");
        }
        data_api(context, report).await;
        return;
    }
    let is_accepted = account.is_ok();
    match account {
        Ok(account) => {
            let source = report.source();
            report.add("credential", Outcome::Good, format!("{source}: accepted; it takes us for {}", account.name));
            if let Some(rights) = &account.rights {
                report.and(format!(". {rights}"));
            }
            report.account = Some(account.name);
            rights(context, reader, report).await;
        }
        Err(error) => {
            report.failed("credential", error.in_full());
            report.add("rights", Outcome::NotChecked, "not checked: the credential comes first");
        }
    }
    if is_accepted {
        program(context, reader, report).await;
    }
    clock(reader, report);
    rate(reader.budget(), report);
    data_api(context, report).await;
}

/// What can be read and written.
async fn rights(context: &Context, reader: &dyn Platform, report: &mut Report) {
    let words = reader.words();
    let teams = reader.teams().await;
    let unseen: Vec<String> = match &teams {
        Ok(teams) => {
            let is_seen = |name: &&String| teams.iter().any(|team| team.name == **name);
            context.profile.teams.iter().filter(|name| !is_seen(name)).map(|name| printable(name)).collect()
        }
        Err(_) => Vec::new(),
    };
    report.counted("teams", &format!("{}s", words.team), teams.map(|teams| teams.len()));
    if !unseen.is_empty() {
        let message = format!(
            "The profile names {}, which this credential does not see: correct teams = […] in config.toml, or ask to be let in.",
            unseen.join(", ")
        );
        report.failed("named", message);
    }
    let apps = reader.apps().await.map(|apps| apps.len());
    report.counted("apps", &format!("{}s", words.app), apps);
    let addons = reader.addons(None).await.and_then(|addons| match addons {
        Conditional::Changed(fresh) => Ok(fresh.value),
        Conditional::Unchanged(_) => {
            Err(ReadError::unsupported("It says that nothing has changed since nothing was read."))
        }
    });
    let shared = addons.as_ref().ok().map(|addons| {
        addons.iter().filter(|addon| matches!(&addon.attachments, Known::Is(rows) if rows.len() > 1)).count()
    });
    report.counted("addons", "add-ons", addons.map(|addons| addons.len()));
    if let Some(shared) = shared.filter(|shared| *shared > 0) {
        report.and(format!(", {shared} of them attached more than once"));
    }
    writes(context, report);
}

/// Whether something can be written from here; whether the platform lets us is seen only when it is tried.
fn writes(context: &Context, report: &mut Report) {
    let profile = &context.profile;
    if let Some(read_only) = profile.read_only {
        let way_out =
            profile.cannot_unlock().unwrap_or_else(|| "In the dashboard, ! unlocks it for 30 minutes.".to_owned());
        let why = format!("none: read-only, because {}. {way_out}", read_only.source());
        return report.add("writes", Outcome::Limited, why);
    }
    let folder = match context.paths.operations() {
        Ok(folder) => folder,
        Err(error) => return report.failed("writes", error.to_string()),
    };
    // Looking makes no folder: one that is not there can be made, or the first write says why not.
    if folder.is_dir() {
        match Journal::open(&folder) {
            Ok(journal) => {
                if let Some(doubt) = journal.doubt() {
                    report.can_write = true;
                    return report.add("writes", Outcome::Limited, doubt);
                }
            }
            Err(error) => return report.failed("writes", error.to_string()),
        }
    }
    let care = match profile.danger {
        Danger::Production => "allowed; as production, what interrupts wants the name typed, too",
        Danger::Staging => "allowed, on staging",
        Danger::None => "allowed",
    };
    report.can_write = true;
    report.add("writes", Outcome::Good, care);
}

fn clock(reader: &dyn Platform, report: &mut Report) {
    let skew = reader.skew();
    report.skew = Some(skew.as_secs());
    let seconds = skew.abs().as_secs();
    let words = match skew.signum() {
        0 => "no difference that counts".to_owned(),
        1 => format!(
            "this machine's is {seconds} s behind the platform's; ages are told by the platform's. Set it (date -u)."
        ),
        _ => format!(
            "this machine's is {seconds} s ahead of the platform's; ages are told by the platform's. Set it (date -u)."
        ),
    };
    report.add("clock", if skew.is_zero() { Outcome::Good } else { Outcome::Limited }, words);
}

fn rate(budget: Option<Budget>, report: &mut Report) {
    report.budget = budget;
    match budget {
        None => report.add("rate", Outcome::NotChecked, "no limit is told"),
        Some(Budget { remaining, of }) => {
            // The account's other programs take from it, too: a tenth is soon gone.
            let outcome = if remaining > of / 10 { Outcome::Good } else { Outcome::Limited };
            report.add("rate", outcome, format!("{remaining} of {of} requests are left"));
        }
    }
}

/// The program by which Watasu is written to: whether it is there, and takes us for the same account.
async fn program(context: &Context, reader: &dyn Platform, report: &mut Report) {
    let profile = &context.profile;
    if profile.platform != PlatformKind::Watasu {
        return;
    }
    match reader.ready_to_write().await {
        Ok(()) => report.add("program", Outcome::Good, "watasu whoami takes us for the same account"),
        // Reading needs no program.
        Err(error) if profile.read_only.is_some() => report.add("program", Outcome::Limited, error.in_full()),
        Err(error) => {
            report.can_write = false;
            report.failed("program", error.in_full());
        }
    }
}

/// The second address of Heroku: the core works without it.
async fn data_api(context: &Context, report: &mut Report) {
    let profile = &context.profile;
    if profile.platform != PlatformKind::Heroku {
        return;
    }
    let Some(url) = &profile.data_endpoint else {
        let why = "none is known for this endpoint: backups, waiting and maintenance of databases are missing. Add data_endpoint = \"https://…\" to the profile.";
        return report.add("data API", Outcome::Limited, why);
    };
    match reach(profile, url, Settings::watched()).await {
        Ok(Ok(())) => report.add("data API", Outcome::Good, format!("{url}: reached")),
        Ok(Err(error)) => {
            report.failed("data API", format!("{} Until then the rest works without backups.", error.message))
        }
        Err(error) => report.failed("data API", error.to_string()),
    }
}
