use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

const TOKEN: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// A program of that name and text in a folder of its own, which is all the PATH there is besides the system's.
fn with(script: &str, test: impl FnOnce(Env<'_>, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heroku");
    write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    let search = format!("{}:/usr/bin:/bin", folder.path().display());
    let env = |name: &str| match name {
        "PATH" => Some(search.clone()),
        "HOME" => Some("/nowhere".to_owned()),
        "ATTACHE_TOKEN" | "HEROKU_API_KEY" => Some("s3cr3t".to_owned()),
        _ => None,
    };
    test(&env, folder.path());
}

fn ask_within(env: Env<'_>, limit: Duration) -> Result<Option<String>, String> {
    let program = Program { limit, ..HEROKU };
    // `Command` looks for the program in the PATH that it gives to it.
    ask(program, Some(("HEROKU_HOST", "http://127.0.0.1:5603")), env).map_err(|error| error.0)
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn the_token_is_the_one_line_that_is_a_single_word() {
    let script = format!(
        "echo ' ›   Warning: heroku update available from 11.9.0.' >&2\necho 'Some news for you'\necho; echo {TOKEN}"
    );
    with(&script, |env, _| assert_eq!(ask_within(env, LONG), Ok(Some(TOKEN.to_owned()))));
    with(&format!("echo {TOKEN}; echo {TOKEN}x"), |env, _| {
        let error = ask_within(env, LONG).unwrap_err();
        assert!(error.contains("not one token") && !error.contains(TOKEN), "{error}");
    });
    with("true", |env, _| assert!(ask_within(env, LONG).is_err()));
}

#[test]
fn nobody_logged_in_is_no_token_and_another_end_is_told() {
    with("echo not logged in >&2; exit 2", |env, _| assert_eq!(ask_within(env, LONG), Ok(None)));
    with(&format!("echo {TOKEN}; exit 7"), |env, _| {
        let error = ask_within(env, LONG).unwrap_err();
        assert!(error.contains('7') && error.contains("heroku login") && !error.contains(TOKEN), "{error}");
    });
}

#[test]
fn it_gets_the_variables_that_it_needs_and_no_other() {
    with("env > \"$(dirname \"$0\")/seen\"; echo 01234567-89ab-cdef-0123-456789abcdef", |env, folder| {
        ask_within(env, LONG).unwrap();
        let seen = std::fs::read_to_string(folder.join("seen")).unwrap();
        assert!(seen.contains("HEROKU_HOST=http://127.0.0.1:5603") && seen.contains("HOME=/nowhere"), "{seen}");
        assert!(!seen.contains("s3cr3t"), "{seen}");
    });
}

#[test]
fn one_that_hangs_is_ended_with_all_that_it_started() {
    with("sleep 1000 & echo $! > \"$(dirname \"$0\")/pid\"; wait", |env, folder| {
        let error = ask_within(env, Duration::from_millis(400)).unwrap_err();
        assert!(error.contains("was ended"), "{error}");
        // Written before the time was over or never; what was started is gone in both cases.
        if let Ok(pid) = std::fs::read_to_string(folder.join("pid"))
            && let Ok(pid) = pid.trim().parse::<i32>()
        {
            let is_there = || {
                let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                // A zombie that nobody has reaped yet has ended, too.
                !stat.is_empty() && !stat.contains(") Z ")
            };
            while is_there() {
                std::thread::yield_now();
            }
        }
    });
}
