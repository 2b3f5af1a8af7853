use std::fs::{Permissions, create_dir, create_dir_all, set_permissions, write};
use std::os::unix::fs::PermissionsExt;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;

/// A home folder with what is put there.
struct House(TempDir);

impl House {
    fn new(netrc: &str) -> Self {
        let house = Self(tempfile::tempdir().unwrap());
        if !netrc.is_empty() {
            house.put(".netrc", netrc, 0o600);
        }
        house
    }

    fn put(&self, name: &str, text: &str, mode: u32) {
        let path = self.0.path().join(name);
        write(&path, text).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }

    fn akkeris(&self, text: &str) {
        create_dir(self.0.path().join(".akkeris")).unwrap();
        self.put(".akkeris/config.json", text, 0o644);
    }

    fn orkestr(&self, text: &str, mode: u32) {
        create_dir_all(self.0.path().join(".orkestr")).unwrap();
        self.put(".orkestr/config.json", text, mode);
    }

    /// What is there and not taken.
    fn warning(&self, platform: PlatformKind, env: &[(&str, &str)]) -> Option<String> {
        let home = self.0.path().display().to_string();
        warning(platform, &|name| match name {
            "HOME" => Some(home.clone()),
            name => env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        })
    }

    /// The address, token and source that are found in it with that environment.
    fn look(&self, platform: PlatformKind, env: &[(&str, &str)]) -> Result<Option<(String, String, String)>, String> {
        let home = self.0.path().display().to_string();
        let env = |name: &str| match name {
            "HOME" => Some(home.clone()),
            name => env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        };
        let found = of_platform(platform, &env, Asking::Never).map_err(|error| error.0)?;
        Ok(found.map(|found| {
            let source = found.source.to_string().replace(&home, "~");
            (found.place.url, found.token.expose_secret().to_owned(), source)
        }))
    }
}

fn is(url: &str, token: &str, source: &str) -> Result<Option<(String, String, String)>, String> {
    Ok(Some((url.to_owned(), token.to_owned(), source.to_owned())))
}

const NETRC: &str = "machine api.heroku.com login a password her\nmachine 127.0.0.1:5603 login a password stand\n\
    machine apps.example.com login a password akk\nmachine apps.other.com login a password other\ndefault password any\n";

#[test]
fn akkeris_as_its_tool_keeps_it() {
    use PlatformKind::Akkeris;
    let house = House::new(NETRC);
    assert_eq!(house.look(Akkeris, &[]), Ok(None), "without a host nobody knows which machine it is");
    let of_netrc = is("https://apps.example.com", "akk", "machine apps.example.com in ~/.netrc");
    assert_eq!(house.look(Akkeris, &[("AKKERIS_API_HOST", " Apps.Example.com ")]), of_netrc);
    assert_eq!(house.look(Akkeris, &[("API_TOKEN", "x")]), Ok(None), "a token goes with the host of its own source");
    house.akkeris("{\"auth\":\"auth.other.com\",\"apps\":\"apps.other.com\",\"updates\":\"1\"}");
    let of_file = is("https://apps.other.com", "other", "machine apps.other.com in ~/.netrc");
    assert_eq!(house.look(Akkeris, &[("API_TOKEN", "x")]), of_file);
    assert_eq!(
        house.look(Akkeris, &[("AKKERIS_API_HOST", "apps.example.com")]),
        of_netrc,
        "the environment comes first"
    );
    let both = [("AKKERIS_API_HOST", "apps.example.com"), ("API_TOKEN", "x")];
    assert_eq!(house.look(Akkeris, &both), is("https://apps.example.com", "x", "the variable API_TOKEN"));
}

#[test]
fn a_host_that_is_written_with_http_is_spoken_to_without_tls_on_this_machine_alone() {
    use PlatformKind::Akkeris;
    let house = House::new("machine 127.0.0.1:5602 password a\nmachine apps.example.com password b");
    let here = house.look(Akkeris, &[("AKKERIS_API_HOST", "http://127.0.0.1:5602")]);
    assert_eq!(here, is("http://127.0.0.1:5602", "a", "machine 127.0.0.1:5602 in ~/.netrc"));
    let there = house.look(Akkeris, &[("AKKERIS_API_HOST", "http://apps.example.com")]).unwrap_err();
    assert!(there.contains("AKKERIS_API_HOST is plain http"), "{there}");
}

#[test]
fn heroku_as_its_tool_keeps_it() {
    use PlatformKind::Heroku;
    let house = House::new(NETRC);
    let own = is("https://api.heroku.com", "her", "machine api.heroku.com in ~/.netrc");
    assert_eq!(house.look(Heroku, &[]), own);
    let key = is("https://api.heroku.com", "key", "the variable HEROKU_API_KEY");
    assert_eq!(house.look(Heroku, &[("HEROKU_API_KEY", "key")]), key);
    let redirected = ("HEROKU_HOST", "http://127.0.0.1:5603");
    let stand = is("http://127.0.0.1:5603", "stand", "machine 127.0.0.1:5603 in ~/.netrc");
    assert_eq!(house.look(Heroku, &[redirected]), stand);
    let both = is("http://127.0.0.1:5603", "key", "the variable HEROKU_API_KEY");
    assert_eq!(house.look(Heroku, &[redirected, ("HEROKU_API_KEY", "key")]), both);
    assert_eq!(
        house.look(Heroku, &[("HEROKU_HOST", "http://127.0.0.1:5604")]),
        Ok(None),
        "another port is another machine"
    );
    assert_eq!(house.look(Heroku, &[("HEROKU_HOST", "heroku.com")]), own);
    assert_eq!(house.look(Heroku, &[("HEROKU_API_TOKEN", "x")]), own, "that one is not read");
    // Where there is an encrypted one, the tool does not look at the other.
    house.put(".netrc.gpg", "-", 0o600);
    assert_eq!(house.look(Heroku, &[]), Ok(None));
}

#[test]
fn a_key_goes_to_herokus_hosts_and_this_machine_alone() {
    let house = House::new("");
    for host in [
        "https://evil.example.com",
        "evil.example.com",
        "https://heroku.com.example.com",
        "https://evilheroku.com",
        "https://api.heroku.com@evil.example.com",
        "http://api.heroku.com",
    ] {
        let error = house.look(PlatformKind::Heroku, &[("HEROKU_HOST", host), ("HEROKU_API_KEY", "k3y")]).unwrap_err();
        assert!(error.starts_with("HEROKU_HOST ") && !error.contains("k3y"), "{host}: {error}");
    }
    for host in ["https://api.staging.herokudev.com", "staging.herokudev.com", "http://localhost:1"] {
        assert!(house.look(PlatformKind::Heroku, &[("HEROKU_HOST", host), ("HEROKU_API_KEY", "k")]).is_ok(), "{host}");
    }
}

#[test]
fn the_data_api_has_the_port_of_the_host_that_it_is_named_beside() {
    let of = |url: &str, env: &[(&str, &str)]| {
        let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let place = Place::parse(url).unwrap();
        data_place(&place, &env).map(|found| found.map(|place| place.url)).map_err(|error| error.0)
    };
    let own = "https://api.heroku.com";
    let here = "http://127.0.0.1:5603";
    assert_eq!(of(own, &[]), Ok(Some("https://api.data.heroku.com".into())));
    assert_eq!(of(here, &[]), Ok(None), "a token for this machine does not go to Heroku's data API");
    let redirected = ("HEROKU_HOST", here);
    assert_eq!(of(here, &[redirected, ("HEROKU_DATA_HOST", "127.0.0.1")]), Ok(Some(here.into())));
    assert_eq!(
        of(here, &[redirected, ("HEROKU_POSTGRESQL_HOST", "localhost")]),
        Ok(Some("http://localhost:5603".into()))
    );
    assert_eq!(of(here, &[("HEROKU_DATA_HOST", "127.0.0.1")]), Ok(None), "it goes with its host alone");
    assert_eq!(
        of(own, &[("HEROKU_DATA_HOST", "postgres-api.heroku.com")]),
        Ok(Some("https://postgres-api.heroku.com".into()))
    );
    for bad in ["evil.example.com", "127.0.0.1:9", "127.0.0.1/x", "http://127.0.0.1"] {
        let error = of(own, &[("HEROKU_DATA_HOST", bad)]).unwrap_err();
        assert!(error.contains("HEROKU_DATA_HOST"), "{bad}: {error}");
    }
}

#[test]
fn a_file_that_others_may_read_is_not_used() {
    let house = House::new("");
    house.put(".netrc", NETRC, 0o644);
    let error = house.look(PlatformKind::Heroku, &[]).unwrap_err();
    assert!(error.contains("chmod 600") && !error.contains("her\""), "{error}");
    // The variable is enough: the file is not looked at.
    assert!(house.look(PlatformKind::Heroku, &[("HEROKU_API_KEY", "key")]).is_ok());
}

#[test]
fn what_is_not_understood_is_told_without_its_text() {
    let house = House::new("machine api.heroku.com\npassword t0ken\nt0ken\n");
    let error = house.look(PlatformKind::Heroku, &[]).unwrap_err();
    assert!(error.contains(".netrc line 3") && !error.contains("t0ken"), "{error}");
    let house = House::new("");
    house.akkeris("{\"apps\": t0ken}");
    let error = house.look(PlatformKind::Akkeris, &[]).unwrap_err();
    assert!(error.contains("config.json line 1") && !error.contains("t0ken"), "{error}");
    let two_words = House::new("machine api.heroku.com password \"t0ken word\"");
    let error = two_words.look(PlatformKind::Heroku, &[]).unwrap_err();
    assert!(error.contains("machine api.heroku.com") && !error.contains("t0ken"), "{error}");
}

#[test]
fn orkestr_as_its_tool_keeps_it() {
    use PlatformKind::Orkestr;
    let house = House::new("");
    assert_eq!(house.look(Orkestr, &[]), Ok(None));
    let variable = "the variable ORKESTR_API_TOKEN";
    let token = ("ORKESTR_API_TOKEN", "ork_env");
    assert_eq!(house.look(Orkestr, &[token]), is("https://api.orkestr.eu", "ork_env", variable));
    let url = ("ORKESTR_API_URL", "http://127.0.0.1:5604");
    assert_eq!(house.look(Orkestr, &[token, url]), is("http://127.0.0.1:5604", "ork_env", variable));
    house.orkestr(
        "{\"api_url\": \"https://api.example.com/\", \"api_token\": \"ork_file\", \"token_source\": \"device\"}",
        0o600,
    );
    let of_file = is("https://api.example.com", "ork_file", "the file ~/.orkestr/config.json");
    assert_eq!(house.look(Orkestr, &[]), of_file);
    assert_eq!(
        house.look(Orkestr, &[token]),
        is("https://api.orkestr.eu", "ork_env", variable),
        "each with its own address"
    );
    house.orkestr("{\"access_token\": \"ork_old\"}", 0o600);
    assert_eq!(house.look(Orkestr, &[]), is("https://api.orkestr.eu", "ork_old", "the file ~/.orkestr/config.json"));
    house.orkestr("{\"access_token\": \"ork_old\"}", 0o640);
    assert!(house.look(Orkestr, &[]).unwrap_err().contains("chmod 600"));
    house.orkestr("{\"access_token\": ork_s3cr3t}", 0o600);
    let error = house.look(Orkestr, &[]).unwrap_err();
    assert!(error.contains("config.json line 1") && !error.contains("s3cr3t"), "{error}");
}

#[test]
fn the_token_of_orkestrs_file_goes_to_the_address_in_that_file_alone() {
    use PlatformKind::Orkestr;
    let house = House::new("");
    house.orkestr("{\"api_token\": \"ork_file\"}", 0o600);
    let elsewhere = ("ORKESTR_API_URL", "https://evil.example.com");
    assert_eq!(house.look(Orkestr, &[elsewhere]), Ok(None), "an address alone takes no token with it");
    let warning = house.warning(Orkestr, &[elsewhere]).unwrap();
    assert!(warning.contains("ORKESTR_API_URL is set without ORKESTR_API_TOKEN"), "{warning}");
    let same = house.look(Orkestr, &[("ORKESTR_API_URL", "https://api.orkestr.eu")]);
    assert_eq!(same, is("https://api.orkestr.eu", "ork_file", "the file ~/.orkestr/config.json"));
    let plain = house.look(Orkestr, &[("ORKESTR_API_TOKEN", "ork_env"), ("ORKESTR_API_URL", "http://api.orkestr.eu")]);
    assert!(plain.unwrap_err().contains("ORKESTR_API_URL is plain http"));
}

#[test]
fn a_token_that_is_none_of_orkestrs_is_said_and_not_taken() {
    use PlatformKind::Orkestr;
    let house = House::new("");
    let foreign = ("ORKESTR_API_TOKEN", "s3cr3t");
    assert_eq!(house.look(Orkestr, &[foreign, ("ORKESTR_API_URL", "https://other.example.com")]), Ok(None));
    let warning = house.warning(Orkestr, &[foreign]).unwrap();
    assert!(warning.contains("ORKESTR_API_TOKEN") && !warning.contains("s3cr3t"), "{warning}");
    house.orkestr("{\"api_token\": \"s3cr3t-2\"}", 0o600);
    assert_eq!(house.look(Orkestr, &[]), Ok(None));
    let warning = house.warning(Orkestr, &[]).unwrap();
    assert!(warning.contains(".orkestr/config.json") && !warning.contains("s3cr3t"), "{warning}");
    house.orkestr("{\"api_token\": \"ork_x\"}", 0o600);
    assert_eq!(house.warning(Orkestr, &[]), None);
    assert_eq!(
        house.look(Orkestr, &[foreign]),
        is("https://api.orkestr.eu", "ork_x", "the file ~/.orkestr/config.json")
    );
}

#[test]
fn a_projects_file_gives_the_project_and_nothing_else() {
    let house = House::new("");
    let work = house.0.path().join("code/shop/src");
    create_dir_all(&work).unwrap();
    let of = || orkestr::project(&work, Some(house.0.path()));
    assert_eq!(of(), None);
    house.orkestr("{\"project\": \"of-the-user\", \"api_token\": \"ork_x\"}", 0o600);
    assert_eq!(of(), None, "the user's own file links nothing");
    create_dir_all(house.0.path().join("code/shop/.orkestr")).unwrap();
    let put = |text: &str| house.put("code/shop/.orkestr/config.json", text, 0o644);
    put(
        "{\"project\": \"shop\", \"branch\": \"main\", \"api_url\": \"https://evil.example.com\", \"api_token\": \"ork_evil\"}",
    );
    assert_eq!(of().as_deref(), Some("shop"));
    let home = house.0.path().join("elsewhere").display().to_string();
    let env = |name: &str| (name == "HOME").then(|| home.clone());
    assert_eq!(of_platform(PlatformKind::Orkestr, &env, Asking::Never).map(|found| found.is_none()), Ok(true));
    assert_eq!(project(PlatformKind::Heroku, &work, &env), None);
    put("{\"project\": \"shop\", \"project_id\": \"7f3c9a8e-0000-4000-8000-000000000001\"}");
    assert_eq!(of().as_deref(), Some("7f3c9a8e-0000-4000-8000-000000000001"));
    for bad in ["../../auth/me", "-x", "a b", "\\u001b[31m", "a/b", ""] {
        put(&format!("{{\"project\": \"{bad}\"}}"));
        assert_eq!(of(), None, "{bad}");
    }
    put("not json");
    assert_eq!(of(), None);
}

#[test]
fn watasu_as_its_tools_keep_it() {
    use PlatformKind::Watasu;
    let own = "https://mcp.watasu.io/mcp";
    let house = House::new(
        "machine git.watasu.io password git\nmachine api.watasu.io login a password net\nmachine mcp.watasu.io password no",
    );
    let of_netrc = is(own, "net", "machine api.watasu.io in ~/.netrc");
    assert_eq!(house.look(Watasu, &[]), of_netrc);
    let (key, access) = (("WATASU_API_KEY", "key"), ("WATASU_ACCESS_TOKEN", "access"));
    assert_eq!(house.look(Watasu, &[access]), is(own, "access", "the variable WATASU_ACCESS_TOKEN"));
    assert_eq!(house.look(Watasu, &[access, key]), is(own, "key", "the variable WATASU_API_KEY"));
    for same in [("WATASU_API_URL", "https://api.watasu.io/v1"), ("WATASU_DOMAIN", "watasu.io")] {
        assert_eq!(house.look(Watasu, &[key, same]), is(own, "key", "the variable WATASU_API_KEY"));
        assert_eq!(house.warning(Watasu, &[key, same]), None);
    }
}

#[test]
fn a_key_for_another_watasu_is_not_sent_to_watasus_own_address_and_watasus_to_no_other() {
    use PlatformKind::Watasu;
    let house = House::new("machine api.watasu.io login a password net");
    let empty = House::new("");
    let key = ("WATASU_API_KEY", "s3cr3t");
    for there in [
        ("WATASU_API_URL", "http://127.0.0.1:5605/v1"),
        ("WATASU_API_URL", "https://api.example.com/v1"),
        ("WATASU_API_URL", "no address"),
        ("WATASU_DOMAIN", "example.com"),
    ] {
        assert_eq!(empty.look(Watasu, &[key, there]), Ok(None), "{there:?}");
        let warning = empty.warning(Watasu, &[key, there]).unwrap();
        assert!(warning.contains(there.0) && warning.contains(key.0) && !warning.contains("s3cr3t"), "{warning}");
        let of_netrc = house.look(Watasu, &[key, there]).unwrap().unwrap();
        assert_eq!(of_netrc.1, "net", "netrc says itself what it is for");
    }
    let home = house.0.path().display().to_string();
    let env = |name: &str| match name {
        "HOME" => Some(home.clone()),
        name => (name == key.0).then(|| key.1.to_owned()),
    };
    for other in ["http://127.0.0.1:5605/mcp", "https://mcp.example.com/mcp", "https://api.watasu.io/mcp"] {
        let place = Place::parse(other).unwrap();
        assert!(of_place(Watasu, &place, &env, Asking::IfNeeded).unwrap().is_none(), "{other}");
    }
}
