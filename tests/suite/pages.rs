//! The pages of the platforms say what the adapters say: their tables are made from the capabilities, and drift is a failure.
//! `ATTACHE_WRITE_PAGES=1 cargo test --test suite pages` writes them anew.

use std::path::{Path, PathBuf};

use attache::config::{Endpoint, PlatformKind, Profile};
use attache::model::{Capability, Danger, ProfileName, Verb};
use attache::platform::{Settings, connect};

const BEGIN: &str = "<!-- made from the capabilities by tests/suite/pages.rs -->\n";
const END: &str = "<!-- made until here -->\n";

/// What the second column says: the reasons stand in the first, and what is missing in its head.
fn likewise(capabilities: &[Capability]) -> Vec<Capability> {
    let short = |one: &Capability| match one {
        Capability::Can => Capability::Can,
        Capability::Cannot(_) => Capability::Cannot(String::new()),
    };
    capabilities.iter().map(short).collect()
}

/// What a verb is, for somebody who reads a table.
fn words(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "make an add-on",
        Verb::Attach => "attach it to an app",
        Verb::Detach => "detach it",
        Verb::Destroy => "destroy it",
        Verb::BackUp => "back it up",
        Verb::Restore => "restore into a new add-on",
        Verb::RestoreInto => "restore into one that is there",
        Verb::Promote => "make apps use another one",
        Verb::ChangePlan => "change its plan",
        Verb::CreateApp => "make an app",
        Verb::DestroyApp => "destroy an app",
        Verb::Maintenance => "maintenance of an app",
        Verb::RollBack => "roll an app back",
        Verb::ListBackups => "list backups",
        Verb::DownloadBackup => "download a backup",
        Verb::DeleteBackup => "delete a backup",
        Verb::CancelBackup => "cancel a backup or restore",
        Verb::UploadBackup => "restore from a file",
        Verb::ScheduleBackups => "schedule backups",
        Verb::Rename => "rename",
        Verb::Rotate => "change the password",
        Verb::Restart => "restart its server",
        Verb::Sleep => "put it to sleep",
        Verb::Wake => "wake it",
        Verb::Logs => "its log",
        Verb::Usage => "what it uses",
        Verb::Connect => "open its client",
        Verb::RunAction => "actions of its service",
        Verb::PointInTime => "a copy as of a moment",
        Verb::Follow => "a follower",
        Verb::AutoBackups => "switch automatic backups",
        Verb::Redeploy => "deploy again",
    }
}

fn profile(platform: PlatformKind, endpoint: &str, data_endpoint: Option<&str>) -> Profile {
    Profile {
        backup_max_age: attache::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: attache::config::Authorities::default(),
        name: ProfileName(platform.name().into()),
        platform,
        endpoint: Endpoint::Url(endpoint.to_owned()),
        data_endpoint: data_endpoint.map(str::to_owned),
        token: Some("t0ken".to_owned().into()),
        token_source: None,
        teams: Vec::new(),
        danger: Danger::Production,
        read_only: None,
    }
}

fn capabilities(platform: PlatformKind, endpoint: &str, data_endpoint: Option<&str>) -> Vec<Capability> {
    let reader = connect(&profile(platform, endpoint, data_endpoint), Settings::default()).unwrap().reader;
    Verb::ALL.into_iter().map(|verb| reader.capability(verb)).collect()
}

fn cell(capability: &Capability) -> String {
    match capability {
        Capability::Can => "yes".to_owned(),
        Capability::Cannot(reason) if reason.is_empty() => "no".to_owned(),
        Capability::Cannot(reason) => format!("no: {}", reason.replace('|', "\\|").replace('\n', " ")),
    }
}

fn table(columns: &[(&str, Vec<Capability>)]) -> String {
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let mut text = format!("| what | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for (at, verb) in Verb::ALL.into_iter().enumerate() {
        let cells: Vec<String> = columns.iter().map(|(_, capabilities)| cell(&capabilities[at])).collect();
        text.push_str(&format!("| {} | {} |\n", words(verb), cells.join(" | ")));
    }
    text
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/platforms/{name}.md"))
}

fn check(name: &str, columns: &[(&str, Vec<Capability>)]) {
    let page = std::fs::read_to_string(path(name)).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap_or_else(|| panic!("{name}: no beginning of the table"));
    let (is, after) = rest.split_once(END).unwrap_or_else(|| panic!("{name}: no end of the table"));
    let table = table(columns);
    if std::env::var_os("ATTACHE_WRITE_PAGES").is_some() {
        std::fs::write(path(name), format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(
            is, table,
            "docs/platforms/{name}.md does not say what the adapter says: write it anew with\nATTACHE_WRITE_PAGES=1 cargo test --test suite pages"
        );
    }
}

#[test]
fn the_page_of_the_local_platform_says_what_it_can() {
    check("local", &[("here", capabilities(PlatformKind::Local, "http://127.0.0.1:1", None))]);
}

#[test]
fn the_page_of_akkeris_says_what_it_can() {
    check("akkeris", &[("here", capabilities(PlatformKind::Akkeris, "https://apps.example.com", None))]);
}

#[test]
fn the_page_of_heroku_says_what_it_can_with_and_without_the_data_api() {
    let own = "https://api.heroku.com";
    let with = capabilities(PlatformKind::Heroku, own, Some("https://api.data.heroku.com"));
    let without = capabilities(PlatformKind::Heroku, "https://api.example.com", None);
    check("heroku", &[("here", with), ("without the data API", likewise(&without))]);
}

#[test]
fn the_page_of_watasu_says_what_it_can_once_both_accounts_agree() {
    let here = |undocumented| {
        let profile = Profile { undocumented, ..profile(PlatformKind::Watasu, "https://mcp.watasu.io/mcp", None) };
        let reader = connect(&profile, Settings::default()).unwrap().reader;
        let unasked = reader.capability(Verb::Create);
        assert!(unasked.reason().is_some(), "nobody was asked yet");
        // Whatever has this one reason waits for the agreement, and for nothing else.
        let agreed = |one: Capability| if one == unasked { Capability::Can } else { one };
        Verb::ALL.into_iter().map(|verb| agreed(reader.capability(verb))).collect::<Vec<_>>()
    };
    check("watasu", &[("here", here(false)), ("undocumented_commands = true", likewise(&here(true)))]);
}

#[test]
fn the_page_of_orkestr_says_what_it_can() {
    check("orkestr", &[("here", capabilities(PlatformKind::Orkestr, "https://api.orkestr.eu", None))]);
}

#[test]
fn every_platform_has_its_page_and_the_readme_names_it() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for platform in PlatformKind::ALL {
        assert!(path(platform.name()).exists(), "{platform:?}");
        assert!(readme.contains(&format!("docs/platforms/{}.md", platform.name())), "{platform:?}");
    }
}
