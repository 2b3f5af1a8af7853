use super::*;

fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
    ConfigFile::parse(Path::new("/c/config.toml"), text)
}

#[track_caller]
fn wrong(text: &str) -> String {
    parse(text).unwrap_err().0
}

const GOOD: &str = r#"
default_profile = "work"
notify = "osc9"
backup_max_age = "2 days"

[profiles.work]
platform = "heroku"
teams = ["acme", "acme-data"]
danger = "staging"
read_only = true
token_command = ["pass", "show", "heroku"]

[profiles.shop]
platform = "akkeris"
endpoint = "https://apps.example.com/"

[profiles.lab]
platform = "local"
endpoint = "http://127.0.0.1:5602"
token_file = "~/lab.token"

[profiles.redirected]
platform = "heroku"
endpoint = "http://127.0.0.1:5603"
data_endpoint = "http://127.0.0.1:5603"
token_env = "T"
backup_max_age = "26h"

[profiles.mcp]
platform = "watasu"
undocumented_commands = true
"#;

#[test]
fn all_of_it_is_read() {
    let file = parse(GOOD).unwrap();
    assert_eq!(file.default_profile.as_deref(), Some("work"));
    assert_eq!(file.notify, Some(Notify::Osc9));
    assert_eq!(file.names(), ["lab", "mcp", "redirected", "shop", "work", "local"]);
    assert_eq!(file.backup_max_age, Some(SignedDuration::from_hours(48)));
    assert_eq!(file.profiles["redirected"].backup_max_age, Some(SignedDuration::from_hours(26)));
    assert!(file.profiles["mcp"].undocumented && !file.profiles["lab"].undocumented);
    let work = &file.profiles["work"];
    assert_eq!((work.platform, work.danger, work.read_only), (PlatformKind::Heroku, Some(Danger::Staging), true));
    assert_eq!(work.teams, ["acme", "acme-data"]);
    assert_eq!(work.token, Some(TokenEntry::Command(vec!["pass".into(), "show".into(), "heroku".into()])));
    assert_eq!(file.profiles["shop"].endpoint.as_deref(), Some("https://apps.example.com"));
    assert_eq!(file.profiles["lab"].token, Some(TokenEntry::File("~/lab.token".into())));
    assert_eq!(file.profiles["redirected"].data_endpoint.as_deref(), Some("http://127.0.0.1:5603"));
}

#[test]
fn a_mistake_is_named_with_line_and_key_and_what_may_have_been_meant() {
    const P: &str = "[profiles.work]\nplatform = \"heroku\"\n";
    let cases = [
        ("platfrom = \"heroku\"\n[profiles.x]\nplatform = \"local\"", "line 1: platfrom is not a key of this file."),
        ("[profile.work]\n", "line 1: profile is not a key of this file. Did you mean profiles?"),
        (&format!("{P}endpiont = \"https://x\""), "line 3: endpiont is not a key of a profile. Did you mean endpoint?"),
        (&format!("{P}token = \"s3cr3t\""), "line 3: token is not a key of a profile."),
        (
            "[profiles.a]\nplatform = \"herko\"",
            "line 2: platform names none that this version speaks. Did you mean heroku? It speaks: local, akkeris, heroku, orkestr, watasu.",
        ),
        (
            &format!("{P}danger = \"prod\""),
            "line 3: danger names no such level. Did you mean production? The levels are: none, staging, production.",
        ),
        (
            &format!("default_profile = \"wrok\"\n{P}"),
            "line 1: default_profile names a profile that there is not. Did you mean work? The profiles are: work, local.",
        ),
        ("notify = \"beep\"", "line 1: notify names no such way to tell."),
        (&format!("{P}teams = \"acme\""), "line 3: teams has to be a list, and it is text. Write: teams = [\"acme\"]"),
        (
            &format!("{P}read_only = \"yes\""),
            "line 3: read_only has to be true or false without quotes, and it is text. Write: read_only = true",
        ),
        (
            &format!("{P}danger = 3"),
            "line 3: danger has to be text in quotes, and it is a number. Write: danger = \"production\"",
        ),
        (&format!("{P}token_command = \"pass\""), "line 3: token_command has to be a list"),
        (&format!("{P}token_command = []"), "line 3: token_command is empty."),
        (&format!("{P}token_env = \"HRKU-s3cr3t\""), "line 3: token_env has to be the name of an environment variable"),
        (
            &format!("{P}ca_file = \"ca.pem\""),
            "line 3: ca_file has to be a path from the root or from your home folder. Write: ca_file = ",
        ),
        (&format!("{P}ca_files = \"/ca.pem\""), "line 3: ca_files is not a key of a profile. Did you mean ca_file?"),
        (&format!("{P}token_file = \"token\""), "line 3: token_file has to be a path from the root"),
        (&format!("{P}endpoint = \"http://api.example.com\""), "line 3: endpoint is plain http to another machine"),
        (&format!("{P}endpoint = \"https://u:s3cr3t@x\""), "line 3: endpoint has a user or password in it"),
        (
            "[profiles.a]\ndanger = \"none\"",
            "line 1: platform is missing in [profiles.a]. Write: platform = \"heroku\"",
        ),
        (
            "[profiles.a]\nplatform = \"akkeris\"",
            "line 2: endpoint is missing: every Akkeris has an address of its own.",
        ),
        (
            "[profiles.a]\nplatform = \"local\"\ntoken_env = \"T\"",
            "line 3: token_env names a token, and the profile names no endpoint for it. They come as a pair.",
        ),
        (
            &format!("{P}token_env = \"T\"\ntoken_file = \"/t\""),
            "line 4: This profile has token_env and token_file. Keep one",
        ),
        (
            "[profiles.a]\nplatform = \"akkeris\"\nendpoint = \"https://x\"\ndata_endpoint = \"https://y\"",
            "line 4: data_endpoint is a matter of Heroku alone",
        ),
        (
            &format!("{P}undocumented_commands = true"),
            "line 3: undocumented_commands is a matter of Watasu alone: all commands of heroku are known.",
        ),
        (
            "[profiles.a]\nplatform = \"watasu\"\nundocumented_commands = \"yes\"",
            "line 3: undocumented_commands has to be true or false without quotes, and it is text.",
        ),
        (
            &format!("{P}undocumented = true"),
            "line 3: undocumented is not a key of a profile. Did you mean undocumented_commands?",
        ),
        (&format!("{P}backup_max_age = \"26\""), "line 3: backup_max_age is not a length of time in days"),
        (&format!("{P}backup_max_age = 26"), "line 3: backup_max_age has to be text in quotes, and it is a number."),
        ("backup_max_age = \"1 month\"", "line 1: backup_max_age is not a length of time in days"),
        ("backup_max_age = \"-26h\"", "Write: backup_max_age = \"26h\" (or \"2 days 6 hours\")"),
        ("backup_age = \"26h\"", "line 1: backup_age is not a key of this file. Did you mean backup_max_age?"),
        ("profiles = 3", "line 1: profiles has to be tables"),
        ("[profiles]\nwork = \"heroku\"", "line 2: A profile has to be a table"),
        ("[profiles.\"\"]\nplatform = \"local\"", "line 1: A profile's name has to have visible characters"),
        (&format!("{P}platform = \"local\""), "line 3: platform: this is not TOML: duplicate key."),
    ];
    for (text, expected) in cases {
        let error = wrong(text);
        assert!(error.starts_with("/c/config.toml line ") && error.contains(expected), "{expected}\n{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn all_mistakes_come_at_once_in_their_order() {
    let error = wrong(
        "default_profile = \"a\"\n[profiles.a]\nplatfrom = \"local\"\nteams = 1\n[profiles.b]\nplatform = \"mars\"\n",
    );
    let lines: Vec<&str> = error.lines().map(|line| line.split(": ").next().unwrap()).collect();
    let at = |line: usize| format!("/c/config.toml line {line}");
    assert_eq!(lines, [at(2), at(3), at(4), at(6)], "{error}");
}

#[test]
fn what_is_no_toml_is_told_without_its_text() {
    for text in [
        "[profiles.work\nplatform = \"s3cr3t\"",
        "token_env = s3cr3t",
        "[profiles.a]\nplatform = \"s3cr3t",
        "s3cr3t",
        "s3cr3t = ",
        "[profiles.a]\ns3cr3t = 1\ns3cr3t = 2",
        "a = 's3cr3t' s3cr3t",
        "[s3cr3t]]",
        "token_file = \"\\s3cr3t\"",
        "token_env = 0xs3cr3t",
        "token_env = 2026-13-s3cr3t",
    ] {
        let error = wrong(text);
        assert!(error.starts_with("/c/config.toml line ") && error.contains("not TOML"), "{text}: {error}");
        assert!(!error.contains("s3cr3t"), "{text}: {error}");
    }
}

#[test]
fn the_local_profile_is_always_there() {
    assert_eq!(parse("").unwrap().names(), ["local"]);
    assert_eq!(parse("default_profile = \"local\"").unwrap().default_profile.as_deref(), Some("local"));
}
