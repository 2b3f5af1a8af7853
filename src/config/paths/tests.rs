use super::*;

fn decide(flag: Option<&str>, variables: &[(&str, &str)], passwd_home: Option<&str>) -> Result<Paths, PathsError> {
    let around = Surroundings {
        variable: &|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()),
        passwd_home: &|| passwd_home.map(PathBuf::from),
        is_root: false,
    };
    Paths::decide(flag.map(Path::new), &around)
}

#[test]
fn one_home_holds_them_all() {
    let paths = decide(None, &[("ATTACHE_HOME", "/srv/a"), ("HOME", "/home/ada")], None).unwrap();
    assert_eq!(paths.config_file().unwrap(), Path::new("/srv/a/config/config.toml"));
    assert_eq!(paths.local().unwrap().socket(), Path::new("/srv/a/data/platform/run/api.sock"));
    let error = decide(None, &[("ATTACHE_HOME", "here")], None).unwrap_err();
    assert!(error.to_string().starts_with("ATTACHE_HOME is \"here\", which is not an absolute path."), "{error}");
}

#[test]
fn the_folders_of_a_user_come_from_the_xdg_variables_then_home_then_passwd() {
    let xdg = [("XDG_STATE_HOME", "/x"), ("XDG_CACHE_HOME", "relative"), ("HOME", "/home/ada")];
    let paths = decide(None, &xdg, Some("/never")).unwrap();
    assert_eq!(paths.operations().unwrap(), Path::new("/x/attache/operations"));
    assert_eq!(paths.cache.unwrap(), Path::new("/home/ada/.cache/attache"));
    assert_eq!(paths.config.unwrap(), Path::new("/home/ada/.config/attache"));
    assert_eq!(paths.platform.unwrap().folder, Path::new("/home/ada/.local/share/attache/platform"));
    let of_passwd = decide(None, &[("HOME", "")], Some("/srv/daemon")).unwrap();
    assert_eq!(of_passwd.state.unwrap(), Path::new("/srv/daemon/.local/state/attache"));
}

#[test]
fn without_a_home_there_is_no_place_and_the_sentence_names_the_flag() {
    for home in [&[][..], &[("HOME", "")], &[("HOME", "not/absolute")]] {
        let paths = decide(None, home, None).unwrap();
        assert_eq!(paths, Paths { config: None, state: None, cache: None, platform: None });
        assert!(paths.operations().unwrap_err().to_string().contains("--state-dir DIR"));
        assert!(paths.local().unwrap_err().to_string().contains("--state-dir DIR"));
        assert!(paths.config_file_shown().contains("set HOME"));
    }
}

#[test]
fn a_state_folder_that_is_named_holds_what_is_kept_and_a_flag_beats_the_variable() {
    let named = tempfile::tempdir().unwrap();
    let named = named.path().join("new");
    let (flag, variable) = (Some(named.to_str().unwrap()), [("ATTACHE_STATE_DIR", "/elsewhere/too")]);
    let paths = decide(flag, &variable, None).unwrap();
    assert_eq!(paths.operations().unwrap(), named.join("operations"));
    assert_eq!(paths.cache.as_deref().unwrap(), named.join("cache"));
    assert_eq!(paths.local().unwrap().folder, named.join("platform"), "there is no other place for it");
    assert_eq!(paths.config, None);
    let with_home = decide(None, &[("ATTACHE_STATE_DIR", "/elsewhere/too"), ("HOME", "/home/ada")], None).unwrap();
    assert_eq!(with_home.state.unwrap(), Path::new("/elsewhere/too"));
    assert_eq!(with_home.config.unwrap(), Path::new("/home/ada/.config/attache"));
    assert!(with_home.platform.unwrap().folder.starts_with("/home/ada"), "the local platform stays where it is");
    assert!(!named.exists(), "naming makes nothing");
    let relative = decide(Some("here"), &[], None).unwrap();
    assert_eq!(relative.state.unwrap(), std::env::current_dir().unwrap().join("here"));
}

#[test]
fn a_state_folder_that_can_be_none_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("file"), "").unwrap();
    std::os::unix::fs::symlink(at("gone"), at("link")).unwrap();
    for (named, why) in [
        (at("file"), "is not a folder"),
        (at("file/below"), "lies below something that is not a folder"),
        (at("link"), "is a link that leads nowhere"),
        (String::new(), "has no name"),
        (at("zero\0"), "is not a name that a folder can have"),
    ] {
        let error = decide(Some(&named), &[], None).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("--state-dir"), "{error}");
    }
    let variable = [("ATTACHE_STATE_DIR", "relative")];
    assert!(matches!(decide(None, &variable, None), Err(PathsError::NotAbsolute { .. })));
    assert!(decide(None, &[("ATTACHE_STATE_DIR", "")], None).is_ok());
}

#[test]
fn a_home_is_read_from_passwd_by_the_uid() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\nno\nada:x:1000:1000::/home/ada:\nnone:x:1:1:::\n";
    assert_eq!(home_of(passwd, 1000), Some(PathBuf::from("/home/ada")));
    assert_eq!(home_of(passwd, 1), None);
    assert_eq!(home_of(passwd, 7), None);
}
