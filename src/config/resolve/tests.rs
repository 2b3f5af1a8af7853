use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

fn run(wanted: Wanted, file: &str, env: &[(&str, &str)]) -> Result<Resolved, ConfigError> {
    let file = ConfigFile::parse(Path::new("/c/config.toml"), file).unwrap();
    let paths = Paths::below(Path::new("/h"));
    resolve(&wanted, &file, &paths, &|name| {
        env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    })
}

const TWO: &str =
    "[profiles.a]\nplatform = \"local\"\ndanger = \"production\"\n[profiles.b]\nplatform = \"local\"\nread_only = true";

#[test]
fn flag_beats_environment_beats_file_and_local_is_the_last_resort() {
    let with_default = format!("default_profile = \"a\"\n{TWO}");
    let flag = Wanted { profile: Some("b".into()), ..Wanted::default() };
    let env = [("ATTACHE_PROFILE", "a")];
    assert_eq!(run(flag, TWO, &env).unwrap().profile.name.as_str(), "b");
    assert_eq!(run(Wanted::default(), TWO, &env).unwrap().profile.danger, Danger::Production);
    assert!(run(Wanted::default(), &with_default, &[]).unwrap().is_named);
    let fallback = run(Wanted::default(), TWO, &[("ATTACHE_PROFILE", "")]).unwrap();
    assert_eq!((fallback.profile.name.as_str(), fallback.is_named), ("local", false));
    assert_eq!(fallback.profile.endpoint, Endpoint::Unix("/h/data/platform/run/api.sock".into()));
}

#[test]
fn a_token_in_the_environment_goes_only_with_an_endpoint_of_the_same_source() {
    let env = [("ATTACHE_TOKEN", "t")];
    let ad_hoc = |endpoint: Option<&str>| Wanted {
        platform: Some("local".into()),
        endpoint: endpoint.map(str::to_owned),
        ..Wanted::default()
    };
    let with = run(ad_hoc(Some("http://127.0.0.1:5602/")), TWO, &env).unwrap().profile;
    assert_eq!(with.endpoint, Endpoint::Url("http://127.0.0.1:5602".into()));
    assert_eq!(with.token.unwrap().expose_secret(), "t");
    assert!(run(ad_hoc(None), TWO, &env).unwrap().profile.token.is_none());
    assert!(run(Wanted::default(), TWO, &env).unwrap().profile.token.is_none());
}

#[test]
fn what_does_not_fit_is_said() {
    let cases: [(Wanted, &str); 7] = [
        (
            Wanted { profile: Some("c".into()), ..Wanted::default() },
            "The profiles are: a, b, local. Add [profiles.NAME] to /h/config/config.toml",
        ),
        (Wanted { profile: Some("loca".into()), ..Wanted::default() }, "Did you mean local?"),
        (Wanted { profile: Some("heroku".into()), ..Wanted::default() }, "--platform heroku"),
        (Wanted { endpoint: Some("http://x".into()), ..Wanted::default() }, "needs --platform"),
        (
            Wanted { platform: Some("heroku2".into()), ..Wanted::default() },
            "Did you mean heroku? It speaks: local, akkeris, heroku, orkestr, watasu.",
        ),
        (Wanted { platform: Some("local".into()), endpoint: Some("ftp://x".into()), ..Wanted::default() }, "https://"),
        (
            Wanted { platform: Some("local".into()), endpoint: Some("http://u:p4ss@x".into()), ..Wanted::default() },
            "user or password",
        ),
    ];
    for (wanted, expected) in cases {
        let error = run(wanted, TWO, &[]).unwrap_err().0;
        assert!(error.contains(expected) && !error.contains("p4ss"), "{error}");
    }
}

#[test]
fn read_only_can_be_added_but_not_taken_away() {
    let asked = Wanted { profile: Some("a".into()), read_only: true, ..Wanted::default() };
    assert_eq!(run(asked, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Flag));
    let not_asked = Wanted { profile: Some("b".into()), ..Wanted::default() };
    assert_eq!(run(not_asked, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Configured));
    let both = Wanted { profile: Some("b".into()), read_only: true, ..Wanted::default() };
    assert_eq!(run(both, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Flag), "it can't be unlocked");
}

const HEROKU: &str = "[profiles.h]\nplatform = \"heroku\"\ndanger = \"staging\"\n\
    [profiles.r]\nplatform = \"heroku\"\nendpoint = \"http://127.0.0.1:5603\"\n\
    [profiles.k]\nplatform = \"akkeris\"\nendpoint = \"https://apps.example.com\"\nread_only = true\n\
    [profiles.t]\nplatform = \"heroku\"\ntoken_env = \"T\"\n";

fn platform(name: &str, endpoint: Option<&str>) -> Wanted {
    Wanted { platform: Some(name.into()), endpoint: endpoint.map(str::to_owned), ..Wanted::default() }
}

fn profile(name: &str) -> Wanted {
    Wanted { profile: Some(name.into()), ..Wanted::default() }
}

fn shown(profile: &Profile) -> (String, String, Danger, Option<ReadOnly>) {
    let token = profile.token.as_ref().map_or_else(String::new, |token| token.expose_secret().to_owned());
    (profile.endpoint.to_string(), token, profile.danger, profile.read_only)
}

#[test]
fn what_was_found_opens_read_only_and_as_production_whatever_else_is_said() {
    let env = [("HEROKU_API_KEY", "t0k"), ("ATTACHE_TOKEN", "other")];
    let found = run(platform("heroku", None), "", &env).unwrap();
    let is = ("https://api.heroku.com".to_owned(), "t0k".to_owned(), Danger::Production, Some(ReadOnly::Found));
    assert!(found.is_named);
    assert_eq!(shown(&found.profile), is);
    assert_eq!(found.profile.data_endpoint.as_deref(), Some("https://api.data.heroku.com"));
    assert_eq!(found.profile.token_source, Some(TokenSource::Variable("HEROKU_API_KEY".into())));
    let with_flag = Wanted { read_only: true, ..platform("heroku", None) };
    let still = run(with_flag, "", &env).unwrap().profile;
    assert_eq!(still.read_only, Some(ReadOnly::Found), "leaving the flag out would not make it writable");
    assert!(still.cannot_unlock().unwrap().contains("[profiles.heroku]"));
    // A profile for it does not change what --platform opens.
    let named = run(platform("heroku", None), HEROKU, &env).unwrap().profile;
    assert_eq!(shown(&named), is);
}

#[test]
fn a_profile_names_what_its_platforms_tool_keeps_for_that_address() {
    let env = [("HEROKU_API_KEY", "t0k"), ("AKKERIS_API_HOST", "apps.example.com"), ("API_TOKEN", "ak")];
    let own = run(profile("h"), HEROKU, &env).unwrap().profile;
    assert_eq!(shown(&own), ("https://api.heroku.com".into(), "t0k".into(), Danger::Staging, None));
    let akkeris = run(profile("k"), HEROKU, &env).unwrap().profile;
    let is = ("https://apps.example.com".into(), "ak".into(), Danger::Production, Some(ReadOnly::Configured));
    assert_eq!(shown(&akkeris), is);
    // The key is for another address.
    let error = run(profile("r"), HEROKU, &env).unwrap_err().0;
    assert!(error.contains("names no token") && error.contains("127.0.0.1:5603"), "{error}");
    let redirected = [("HEROKU_API_KEY", "t0k"), ("HEROKU_HOST", "http://127.0.0.1:5603")];
    assert_eq!(run(profile("r"), HEROKU, &redirected).unwrap().profile.token.unwrap().expose_secret(), "t0k");
    assert!(run(profile("h"), HEROKU, &redirected).is_err(), "nor the other way round");
}

#[test]
fn a_profiles_own_token_is_not_sent_to_a_data_api_that_the_environment_names() {
    let env = [("T", "own"), ("HEROKU_DATA_HOST", "evil.heroku.com"), ("HEROKU_API_KEY", "t0k")];
    let own = run(profile("t"), HEROKU, &env).unwrap().profile;
    assert_eq!(own.data_endpoint.as_deref(), Some("https://api.data.heroku.com"));
    let kept = run(profile("h"), HEROKU, &env).unwrap().profile;
    assert_eq!(kept.data_endpoint.as_deref(), Some("https://evil.heroku.com"), "as the tool itself");
}

#[test]
fn an_endpoint_takes_the_token_beside_it_or_what_is_kept_for_exactly_that_host() {
    let url = Some("http://127.0.0.1:5602");
    let env = [("ATTACHE_TOKEN", "t"), ("AKKERIS_API_HOST", "http://127.0.0.1:5602"), ("API_TOKEN", "ak")];
    let beside = run(platform("akkeris", url), "", &env).unwrap().profile;
    assert_eq!(shown(&beside), ("http://127.0.0.1:5602".into(), "t".into(), Danger::Production, None));
    let kept = run(platform("akkeris", url), "", &env[1..]).unwrap().profile;
    assert_eq!(shown(&kept).1, "ak");
    assert_eq!(kept.read_only, Some(ReadOnly::Found));
    let error = run(platform("akkeris", Some("http://127.0.0.1:5699")), "", &env[1..]).unwrap_err().0;
    assert!(error.contains("ATTACHE_TOKEN") && !error.contains("ak\""), "{error}");
}

#[test]
fn the_new_platforms_open_as_the_others_do_and_profiles_say_what_is_theirs() {
    let env = [("ORKESTR_API_TOKEN", "ork_t"), ("WATASU_API_KEY", "key")];
    let file = "backup_max_age = \"48h\"\n[profiles.o]\nplatform = \"orkestr\"\n[profiles.w]\nplatform = \"watasu\"\n\
        undocumented_commands = true\nbackup_max_age = \"90m\"\n\
        [profiles.x]\nplatform = \"watasu\"\nendpoint = \"http://127.0.0.1:5605/mcp\"\n";
    let found = run(platform("orkestr", None), file, &env).unwrap().profile;
    let is = |url: &str, token: &str| (url.to_owned(), token.to_owned(), Danger::Production, Some(ReadOnly::Found));
    assert_eq!(shown(&found), is("https://api.orkestr.eu", "ork_t"));
    assert_eq!(found.backup_max_age, jiff::SignedDuration::from_hours(48));
    assert_eq!(
        shown(&run(platform("watasu", None), "", &env).unwrap().profile),
        is("https://mcp.watasu.io/mcp", "key")
    );
    let orkestr = run(profile("o"), file, &env).unwrap().profile;
    assert_eq!((orkestr.read_only, orkestr.danger, orkestr.undocumented), (None, Danger::Production, false));
    assert_eq!(orkestr.backup_max_age, jiff::SignedDuration::from_hours(48));
    let watasu = run(profile("w"), file, &env).unwrap().profile;
    assert_eq!((watasu.undocumented, watasu.backup_max_age), (true, jiff::SignedDuration::from_mins(90)));
    assert_eq!(run(profile("a"), TWO, &env).unwrap().profile.backup_max_age, BACKUP_MAX_AGE);
    let error = run(profile("x"), file, &env).unwrap_err().0;
    assert!(error.contains("names no token") && error.contains("alone"), "{error}");
}

#[test]
fn nothing_found_says_how_to_get_in() {
    let error =
        run(platform("heroku", None), "", &[("ATTACHE_TOKEN", "t"), ("HEROKU_API_TOKEN", "s3cr3t")]).unwrap_err().0;
    for words in ["heroku login", "HEROKU_API_KEY", "add --endpoint", "HEROKU_API_TOKEN is set, which neither"] {
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(!error.contains("s3cr3t"));
    assert!(run(platform("akkeris", None), "", &[("API_TOKEN", "x")]).unwrap_err().0.contains("AKKERIS_API_HOST"));
}

#[test]
fn the_fallback_to_local_says_what_lies_around_unless_a_profile_names_it() {
    let env = [("HEROKU_API_KEY", "t0k")];
    let fallback = run(Wanted::default(), TWO, &env).unwrap();
    let notice = fallback.notice.unwrap();
    assert!(notice.contains("attache --platform heroku") && notice.contains("read-only"), "{notice}");
    assert!(!notice.contains("t0k"));
    assert!(fallback.profile.token.is_none());
    assert_eq!(run(Wanted::default(), HEROKU, &env).unwrap().notice, None);
    assert_eq!(run(profile("a"), TWO, &env).unwrap().notice, None);
    assert_eq!(run(Wanted::default(), TWO, &[]).unwrap().notice, None);
}

#[test]
fn a_data_endpoint_goes_with_an_endpoint_of_heroku_and_the_token_for_both() {
    let wanted = |platform: &str, endpoint: Option<&str>, data: &str| Wanted {
        platform: Some(platform.into()),
        endpoint: endpoint.map(str::to_owned),
        data_endpoint: Some(data.into()),
        ..Wanted::default()
    };
    let here = Some("http://127.0.0.1:5603");
    let token = [("ATTACHE_TOKEN", "t")];
    let profile = run(wanted("heroku", here, "http://127.0.0.1:5604/"), TWO, &token).unwrap().profile;
    assert_eq!(profile.data_endpoint.as_deref(), Some("http://127.0.0.1:5604"));
    for (bad, env) in [
        (wanted("akkeris", here, "http://127.0.0.1:1"), &token[..]),
        (wanted("heroku", None, "http://127.0.0.1:1"), &token[..]),
        (wanted("heroku", here, "ftp://x"), &token[..]),
        (wanted("heroku", here, "http://127.0.0.1:1"), &[][..]),
    ] {
        run(bad, TWO, env).unwrap_err();
    }
}

#[test]
fn authorities_of_the_profile_and_of_the_command_line_add_up_and_a_flag_beats_the_variable() {
    let pem = |name: &str| format!("{}/tests/suite/bastion/pem/{name}", env!("CARGO_MANIFEST_DIR"));
    let (ours, others) = (pem("authority.pem"), pem("other-authority.pem"));
    let file = format!(
        "[profiles.a]\nplatform = \"akkeris\"\nendpoint = \"https://a.test\"\ntoken_env = \"T\"\nca_file = {ours:?}"
    );
    let files = |flag: Option<&str>, variable: &str| {
        let wanted = Wanted { profile: Some("a".into()), ca_file: flag.map(PathBuf::from), ..Wanted::default() };
        let resolved = run(wanted, &file, &[("T", "t"), ("ATTACHE_CA_FILE", variable)]);
        resolved.map(|resolved| resolved.profile.authorities.files)
    };
    assert_eq!(files(None, "").unwrap(), [PathBuf::from(&ours)]);
    assert_eq!(files(None, &others).unwrap(), [PathBuf::from(&ours), PathBuf::from(&others)]);
    assert_eq!(files(Some(&others), "/nowhere").unwrap(), [PathBuf::from(&ours), PathBuf::from(&others)]);
    assert_eq!(files(Some(&ours), "").unwrap().len(), 1, "the same one once");
    let error = files(None, "ours.pem").unwrap_err().0;
    assert!(error.starts_with("ATTACHE_CA_FILE is \"ours.pem\", which is not an absolute path."), "{error}");
    assert!(files(Some("/nowhere"), "").unwrap_err().0.contains("/nowhere, named by --ca-file"));
}
