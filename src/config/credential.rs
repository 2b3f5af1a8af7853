//! Where a token comes from that a profile names: a variable, a program, or a file that only its owner may read. Never argv.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use secrecy::SecretString;

use super::file::{ConfigError, TokenEntry};
use super::found::{self, Env};
use super::{TokenSource, private};
use crate::model::printable;

/// How long a program may take to tell a token while a dashboard has the terminal.
const LONGEST: Duration = Duration::from_secs(20);
/// What to do about a program that needs more than it is given there.
const ELSEWHERE: &str = "It has no terminal to ask in here: run it in another one, where it says why.";

/// A token and where it came from.
pub(super) type Sourced = (SecretString, TokenSource);

/// The token that a profile names.
///
/// # Errors
/// When the source gives none; the sentence names the source, never what it gave.
pub(super) fn token(
    profile: &str,
    entry: &TokenEntry,
    env: Env<'_>,
    is_on_screen: bool,
) -> Result<Sourced, ConfigError> {
    let source = source(profile, entry, env);
    let token = match entry {
        TokenEntry::Variable(name) => env(name).ok_or_else(|| {
            ConfigError(format!("Profile {profile:?} takes its token from ${name}, which is not set. Set it."))
        })?,
        TokenEntry::Command(command) => from_command(profile, command, is_on_screen)?,
        TokenEntry::File(file) => from_file(profile, &in_home(file, env))?,
    };
    Ok((check_characters(&source, token.trim())?, source))
}

/// Where it comes from, without asking for it.
pub(super) fn source(profile: &str, entry: &TokenEntry, env: Env<'_>) -> TokenSource {
    match entry {
        TokenEntry::Variable(name) => TokenSource::Variable(name.clone()),
        TokenEntry::Command(command) => TokenSource::Command { profile: profile.to_owned(), command: command.clone() },
        TokenEntry::File(file) => TokenSource::File(in_home(file, env)),
    }
}

/// A path with the home folder for its `~`.
pub(super) fn in_home(file: &Path, env: Env<'_>) -> PathBuf {
    match (file.strip_prefix("~"), env("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => file.to_owned(),
    }
}

/// A token goes into a header line, so it must be one visible word.
pub(super) fn check_characters(source: &TokenSource, token: &str) -> Result<SecretString, ConfigError> {
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(ConfigError(format!(
            "The token from {source} is empty or has characters that a token can't have (spaces, line ends, non-ASCII). {}.",
            source.way_to_renew()
        )));
    }
    Ok(SecretString::from(token))
}

fn from_command(profile: &str, command: &[String], is_on_screen: bool) -> Result<String, ConfigError> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| ConfigError(format!("Profile {profile:?} has an empty token_command.")))?;
    let cannot = |error| ConfigError(format!("Profile {profile:?}: token_command {program:?} can't be run: {error}."));
    let mut command = Command::new(program);
    command.args(arguments);
    let (text, status) = if is_on_screen {
        found::without_terminal(&mut command, LONGEST).map_err(cannot)?.ok_or_else(|| {
            ConfigError(format!(
                "Profile {profile:?}: token_command {program:?} did not end within {} s and was ended. {ELSEWHERE}",
                LONGEST.as_secs()
            ))
        })?
    } else {
        // The program may ask for a passphrase: it keeps the terminal, and only its standard output is ours.
        let output = command.stderr(Stdio::inherit()).stdin(Stdio::inherit()).output().map_err(cannot)?;
        (output.stdout, output.status)
    };
    if !status.success() {
        let hint = if is_on_screen { format!(" {ELSEWHERE}") } else { String::new() };
        return Err(ConfigError(format!("Profile {profile:?}: token_command {program:?} ended with {status}.{hint}")));
    }
    String::from_utf8(text).map_err(|_| {
        ConfigError(format!("Profile {profile:?}: token_command {program:?} printed something that is not text."))
    })
}

fn from_file(profile: &str, file: &Path) -> Result<String, ConfigError> {
    let fail = |what: &str| {
        ConfigError(format!("Profile {profile:?}: token_file {} {what}", printable(&file.display().to_string())))
    };
    let text = private::read(file).map_err(|why| fail(&why))?;
    text.ok_or_else(|| fail("is not there. Write the token into it, and run: chmod 600 on it."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    const NOTHING: Env<'_> = &|_| None;

    fn command(words: &[&str]) -> TokenEntry {
        TokenEntry::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "abc\n").unwrap();
        let entry = TokenEntry::File(path.clone());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(token("p", &entry, NOTHING, false).unwrap_err().0.contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(token("p", &entry, NOTHING, false).unwrap().0.expose_secret(), "abc");
        let home = folder.path().display().to_string();
        let in_home = TokenEntry::File("~/token".into());
        assert_eq!(token("p", &in_home, &|_| Some(home.clone()), false).unwrap().0.expose_secret(), "abc");
        let missing = TokenEntry::File(folder.path().join("no"));
        assert!(token("p", &missing, NOTHING, false).unwrap_err().0.contains("is not there"));
    }

    #[test]
    fn a_program_or_a_variable_gives_the_token_and_errors_never_show_it() {
        assert_eq!(token("p", &command(&["printf", "t0k"]), NOTHING, false).unwrap().0.expose_secret(), "t0k");
        // Beside a dashboard it has no terminal, and says on no screen what it says.
        let asks = command(&["sh", "-c", "test ! -t 0 && test ! -t 2 && printf t0k"]);
        assert_eq!(token("p", &asks, NOTHING, true).unwrap().0.expose_secret(), "t0k");
        let fails = token("p", &command(&["false"]), NOTHING, true).unwrap_err().0;
        assert!(fails.contains("no terminal to ask in here"), "{fails}");
        let two_words = command(&["printf", "s3cr3t word"]);
        assert!(!token("p", &two_words, NOTHING, false).unwrap_err().0.contains("s3cr3t"));
        let from_env = TokenEntry::Variable("T".to_owned());
        assert!(token("p", &from_env, NOTHING, false).unwrap_err().0.contains("$T"));
        assert_eq!(token("p", &from_env, &|_| Some("x".into()), false).unwrap().0.expose_secret(), "x");
    }
}
