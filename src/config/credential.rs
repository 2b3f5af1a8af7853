//! Where a token comes from: a variable, a program, or a file that only its owner may read. Never argv.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::SecretString;

use super::TokenSource;
use super::file::{ConfigError, ProfileEntry};

/// A token and where it came from.
pub(super) type Sourced = (SecretString, TokenSource);

/// The token of a profile, if it names a source for one.
///
/// # Errors
/// When the source gives none; the sentence names the source, never what it gave.
pub(super) fn token(
    profile: &str,
    entry: &ProfileEntry,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Sourced>, ConfigError> {
    let (token, source) = match (&entry.token_env, &entry.token_command, &entry.token_file) {
        (Some(name), _, _) => {
            let token = env(name).filter(|token| !token.is_empty()).ok_or_else(|| {
                ConfigError(format!("Profile {profile:?} takes its token from ${name}, which is not set."))
            })?;
            (token, TokenSource::Variable(name.clone()))
        }
        (_, Some(command), _) => {
            (from_command(profile, command)?, TokenSource::Command { profile: profile.to_owned() })
        }
        (_, _, Some(file)) => (from_file(profile, file)?, TokenSource::File(file.clone())),
        _ => return Ok(None),
    };
    Ok(Some((check_characters(profile, token.trim())?, source)))
}

/// A token goes into a header line, so it must be one visible word.
pub(super) fn check_characters(profile: &str, token: &str) -> Result<SecretString, ConfigError> {
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(ConfigError(format!(
            "The token of profile {profile:?} is empty or has characters that a token can't have (spaces, line ends, non-ASCII)."
        )));
    }
    Ok(SecretString::from(token))
}

fn from_command(profile: &str, command: &[String]) -> Result<String, ConfigError> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| ConfigError(format!("Profile {profile:?} has an empty token_command.")))?;
    // The program may ask for a passphrase: it keeps the terminal, and only its standard output is ours.
    let output =
        Command::new(program).args(arguments).stderr(Stdio::inherit()).stdin(Stdio::inherit()).output().map_err(
            |error| ConfigError(format!("Profile {profile:?}: token_command {program:?} can't be run: {error}.")),
        )?;
    if !output.status.success() {
        return Err(ConfigError(format!(
            "Profile {profile:?}: token_command {program:?} ended with {}.",
            output.status
        )));
    }
    String::from_utf8(output.stdout).map_err(|_| {
        ConfigError(format!("Profile {profile:?}: token_command {program:?} printed something that is not text."))
    })
}

fn from_file(profile: &str, file: &Path) -> Result<String, ConfigError> {
    let fail = |what: String| ConfigError(format!("Profile {profile:?}: token_file {} {what}", file.display()));
    let metadata = std::fs::metadata(file).map_err(|error| fail(format!("can't be read: {error}.")))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(fail(format!("may be read by others (mode {mode:04o}). Run: chmod 600 {}", file.display())));
    }
    std::fs::read_to_string(file).map_err(|error| fail(format!("can't be read: {error}.")))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn entry(text: &str) -> ProfileEntry {
        toml::from_str(&format!("platform = \"local\"\n{text}")).unwrap()
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "abc\n").unwrap();
        let entry = entry(&format!("token_file = {path:?}"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(token("p", &entry, &|_| None).unwrap_err().0.contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(token("p", &entry, &|_| None).unwrap().unwrap().0.expose_secret(), "abc");
    }

    #[test]
    fn a_program_or_a_variable_gives_the_token_and_errors_never_show_it() {
        let printed = entry("token_command = [\"printf\", \"t0k\"]");
        assert_eq!(token("p", &printed, &|_| None).unwrap().unwrap().0.expose_secret(), "t0k");
        let two_words = entry("token_command = [\"printf\", \"s3cr3t word\"]");
        assert!(!token("p", &two_words, &|_| None).unwrap_err().0.contains("s3cr3t"));
        let from_env = entry("token_env = \"T\"");
        assert!(token("p", &from_env, &|_| None).unwrap_err().0.contains("$T"));
        assert_eq!(token("p", &from_env, &|_| Some("x".into())).unwrap().unwrap().0.expose_secret(), "x");
    }
}
