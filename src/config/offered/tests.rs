use super::*;
use std::path::Path;

fn run(file: &str, env: &[(&str, &str)]) -> Listing {
    let file = ConfigFile::parse(Path::new("/c/config.toml"), file).unwrap();
    let paths = Paths::below(Path::new("/h"));
    list(&file, &paths, &|name| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

const KEY: (&str, &str) = ("HEROKU_API_KEY", "s3cr3t");

#[test]
fn what_no_profile_names_is_offered_with_its_lines() {
    let listing = run("", &[KEY]);
    let [offered] = listing.offered.as_slice() else { panic!("{:?}", listing.offered) };
    assert_eq!(offered.command(), "attache --platform heroku");
    let lines = [
        "[profiles.heroku]",
        "platform = \"heroku\"",
        "endpoint = \"https://api.heroku.com\"",
        "danger = \"production\"",
    ];
    assert_eq!(offered.lines(), lines);
    let file = ConfigFile::parse(Path::new("/c"), &offered.lines().join("\n")).unwrap();
    let after = list(&file, &Paths::below(Path::new("/h")), &|name| (name == KEY.0).then(|| KEY.1.to_owned()));
    assert!(after.offered.is_empty(), "its own lines make it a profile");
    let redirected = run("", &[KEY, ("HEROKU_HOST", "http://127.0.0.1:5603"), ("HEROKU_DATA_HOST", "127.0.0.1")]);
    assert!(redirected.offered[0].lines().contains(&"data_endpoint = \"http://127.0.0.1:5603\"".to_owned()));
    assert!(!format!("{listing:?}").contains("s3cr3t"), "no value is kept in it at all");
}

#[test]
fn a_profile_names_a_credential_by_its_address_or_its_variable() {
    let with = |lines: &str| run(&format!("[profiles.a]\nplatform = \"heroku\"\n{lines}"), &[KEY]).offered.len();
    assert_eq!(with(""), 0);
    assert_eq!(with("token_env = \"HEROKU_API_KEY\""), 0);
    assert_eq!(with("token_env = \"OTHER\""), 1);
    assert_eq!(with("endpoint = \"http://127.0.0.1:5603\""), 1);
}

#[test]
fn a_token_is_told_by_its_source_and_by_what_is_the_matter() {
    let file = "default_profile = \"v\"\n[profiles.v]\nplatform = \"heroku\"\ntoken_env = \"V\"\nread_only = true\n\
        [profiles.c]\nplatform = \"heroku\"\ntoken_command = [\"/bin/false\"]\n\
        [profiles.f]\nplatform = \"heroku\"\ntoken_file = \"/nowhere/t\"\n\
        [profiles.k]\nplatform = \"akkeris\"\nendpoint = \"https://apps.example.com\"\n";
    let listing = run(file, &[]);
    let of = |name: &str| listing.profiles.iter().find(|one| one.name == name).unwrap();
    assert_eq!(of("v").token, Token::From(TokenSource::Variable("V".into()), Some("which is not set".into())));
    assert_eq!(
        (of("v").is_default, of("v").read_only, of("local").is_default),
        (true, Some(ReadOnly::Configured), false)
    );
    assert_eq!(
        of("c").token,
        Token::From(TokenSource::Command { profile: "c".into(), command: vec!["/bin/false".into()] }, None),
        "it is not run"
    );
    assert!(matches!(&of("f").token, Token::From(_, Some(why)) if why.contains("not there")));
    assert!(matches!(&of("k").token, Token::Missing(why) if why.contains("aka auth:login")));
    assert_eq!(of("local").token, Token::NotNeeded);
    assert_eq!(
        run(file, &[("V", "x")]).profiles.iter().filter(|one| matches!(&one.token, Token::From(_, None))).count(),
        2
    );
}

#[test]
fn a_variable_that_nobody_reads_is_warned_of() {
    let listing = run("", &[("HEROKU_API_TOKEN", "s3cr3t")]);
    assert!(listing.offered.is_empty());
    assert!(listing.notes.iter().any(|note| note.contains("HEROKU_API_KEY")), "{:?}", listing.notes);
    assert!(!format!("{listing:?}").contains("s3cr3t"));
}
