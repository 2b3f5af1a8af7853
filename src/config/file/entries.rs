//! The profiles of `config.toml`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reading::{Reading, kind};
use super::{ProfileEntry, TokenEntry};
use crate::config::PlatformKind;
use crate::config::nearest::did_you_mean;
use crate::config::place::Place;
use crate::model::{Danger, printable};

/// The keys of a profile.
pub(super) const KEYS: [&str; 12] = [
    "platform",
    "endpoint",
    "data_endpoint",
    "teams",
    "danger",
    "read_only",
    "token_env",
    "token_command",
    "token_file",
    "undocumented_commands",
    "backup_max_age",
    "ca_file",
];

/// Whether the file has a profile of that name, good or not.
pub(super) fn is_named(document: &DeTable<'_>, name: &str) -> bool {
    let profiles = document.iter().find(|(key, _)| key.get_ref() == "profiles").map(|(_, value)| value.get_ref());
    profiles.and_then(DeValue::as_table).is_some_and(|table| table.keys().any(|key| key.get_ref() == name))
}

/// All of them; those with mistakes are left out.
pub(super) fn profiles(reading: &mut Reading<'_>, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, ProfileEntry> {
    let mut found = BTreeMap::new();
    let Some(table) = value.get_ref().as_table() else {
        let is = kind(value.get_ref());
        let what = format!("profiles has to be tables, and it is {is}. Write one for each profile: [profiles.work]");
        reading.wrong(&value.span(), what);
        return found;
    };
    for (name, value) in table {
        let Some(entry) = value.get_ref().as_table() else {
            let is = kind(value.get_ref());
            let what = format!("A profile has to be a table, and this is {is}. Begin it with: [profiles.work]");
            reading.wrong(&name.span(), what);
            continue;
        };
        if name.get_ref().is_empty() || printable(name.get_ref()) != name.get_ref().as_ref() {
            reading.wrong(&name.span(), "A profile's name has to have visible characters only, and one at least.");
        }
        if let Some(entry) = profile(reading, name, entry) {
            found.insert(name.get_ref().to_string(), entry);
        }
    }
    found
}

/// What was said with where it was said.
type At<T> = Option<(T, Range<usize>)>;

fn profile(
    reading: &mut Reading<'_>,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    table: &DeTable<'_>,
) -> Option<ProfileEntry> {
    let mut entry = ProfileEntry::of(PlatformKind::Local);
    let mut platform: At<Option<PlatformKind>> = None;
    let (mut endpoint, mut data_endpoint, mut undocumented): (At<()>, At<()>, At<()>) = (None, None, None);
    let mut tokens: Vec<(&'static str, Range<usize>)> = Vec::new();
    for (key, value) in table {
        let at = key.span();
        match key.get_ref().as_ref() {
            "platform" => platform = Some((platform_of(reading, value), at)),
            "endpoint" => {
                entry.endpoint = url(reading, "endpoint", value);
                endpoint = Some(((), at));
            }
            "data_endpoint" => {
                entry.data_endpoint = url(reading, "data_endpoint", value);
                data_endpoint = Some(((), at));
            }
            "teams" => entry.teams = list(reading, "teams", value, "[\"acme\"]").unwrap_or_default(),
            "danger" => entry.danger = danger_of(reading, value),
            "read_only" => entry.read_only = reading.truth("read_only", value).unwrap_or_default(),
            "undocumented_commands" => {
                entry.undocumented = reading.truth("undocumented_commands", value).unwrap_or_default();
                undocumented = Some(((), at));
            }
            "backup_max_age" => entry.backup_max_age = reading.length("backup_max_age", value, "\"26h\""),
            "token_env" => {
                let word = reading.words("token_env", value, "\"WORK_TOKEN\"");
                entry.token = word.and_then(|word| variable(reading, value, word));
                tokens.push(("token_env", at));
            }
            "token_command" => {
                let words = list(reading, "token_command", value, "[\"pass\", \"show\", \"work\"]");
                if words.as_ref().is_some_and(Vec::is_empty) {
                    let what = "token_command is empty. Write: token_command = [\"pass\", \"show\", \"work\"]";
                    reading.wrong(&value.span(), what);
                }
                entry.token = words.map(TokenEntry::Command);
                tokens.push(("token_command", at));
            }
            "token_file" => {
                let file = path(reading, "token_file", value, "\"~/.config/attache/work.token\"");
                entry.token = file.map(TokenEntry::File);
                tokens.push(("token_file", at));
            }
            "ca_file" => entry.ca_file = path(reading, "ca_file", value, "\"/etc/ssl/our-authority.pem\""),
            _ => reading.unknown_key(key, "of a profile", &KEYS),
        }
    }
    tokens.sort_by_key(|(_, at)| at.start);
    if let [.., (_, at)] = tokens.as_slice()
        && tokens.len() > 1
    {
        let named: Vec<&str> = tokens.iter().map(|(key, _)| *key).collect();
        let what = format!("This profile has {}. Keep one: a token comes from one place.", named.join(" and "));
        reading.wrong(at, what);
    }
    let Some((platform, at)) = platform else {
        let list = PlatformKind::names().join(", ");
        let shown = printable(name.get_ref());
        let what =
            format!("platform is missing in [profiles.{shown}]. Write: platform = \"heroku\" (there are: {list})");
        reading.wrong(&name.span(), what);
        return None;
    };
    entry.platform = platform?;
    let said = Said {
        platform: at,
        has_endpoint: endpoint.is_some(),
        data_endpoint: data_endpoint.map(|(_, at)| at),
        undocumented: undocumented.map(|(_, at)| at),
        token: tokens.first(),
    };
    fits(reading, &entry, said);
    Some(entry)
}

/// Where the parts of a profile stand that others depend on.
struct Said<'s> {
    platform: Range<usize>,
    has_endpoint: bool,
    data_endpoint: Option<Range<usize>>,
    undocumented: Option<Range<usize>>,
    token: Option<&'s (&'static str, Range<usize>)>,
}

/// What the parts of a profile want of each other.
fn fits(reading: &mut Reading<'_>, entry: &ProfileEntry, said: Said<'_>) {
    let Said { platform, has_endpoint, data_endpoint, undocumented, token } = said;
    match (entry.platform, token) {
        (PlatformKind::Akkeris, _) if !has_endpoint => reading.wrong(
            &platform,
            "endpoint is missing: every Akkeris has an address of its own. Write: endpoint = \"https://apps.example.com\" \
             (the host that AKKERIS_API_HOST, or \"apps\" in ~/.akkeris/config.json, names).",
        ),
        (PlatformKind::Local, Some((key, at))) if !has_endpoint => reading.wrong(
            at,
            format!(
                "{key} names a token, and the profile names no endpoint for it. They come as a pair. Write: endpoint = \"https://platform.example.com\""
            ),
        ),
        _ => {}
    }
    if let Some(at) = undocumented.filter(|_| entry.platform != PlatformKind::Watasu) {
        let name = entry.platform.name();
        reading.wrong(
            &at,
            format!(
                "undocumented_commands is a matter of Watasu alone: all commands of {name} are known. Take it out."
            ),
        );
    }
    if let Some(at) = data_endpoint {
        match entry.platform {
            PlatformKind::Heroku => {}
            PlatformKind::Local | PlatformKind::Akkeris | PlatformKind::Orkestr | PlatformKind::Watasu => {
                let name = entry.platform.name();
                reading.wrong(
                    &at,
                    format!("data_endpoint is a matter of Heroku alone: {name} has one address. Take it out."),
                );
            }
        }
    }
}

fn platform_of(reading: &mut Reading<'_>, value: &Spanned<DeValue<'_>>) -> Option<PlatformKind> {
    let word = reading.words("platform", value, "\"heroku\"")?;
    let platform = PlatformKind::from_name(&word);
    if platform.is_none() {
        let names = PlatformKind::names();
        let meant = did_you_mean(&word, names);
        let list = names.join(", ");
        let what = format!("platform names none that this version speaks.{meant} It speaks: {list}.");
        reading.wrong(&value.span(), what);
    }
    platform
}

fn danger_of(reading: &mut Reading<'_>, value: &Spanned<DeValue<'_>>) -> Option<Danger> {
    let word = reading.words("danger", value, "\"production\"")?;
    let danger = Danger::ALL.into_iter().find(|danger| danger.name() == word);
    if danger.is_none() {
        let names = Danger::ALL.map(Danger::name);
        let meant = did_you_mean(&word, names);
        let list = names.join(", ");
        reading.wrong(&value.span(), format!("danger names no such level.{meant} The levels are: {list}."));
    }
    danger
}

fn url(reading: &mut Reading<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
    let text = reading.words(key, value, "\"https://api.example.com\"")?;
    match Place::parse(&text) {
        Ok(place) => Some(place.url),
        Err(why) => {
            reading.wrong(&value.span(), format!("{key} {why}"));
            None
        }
    }
}

fn list(reading: &mut Reading<'_>, key: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Option<Vec<String>> {
    let Some(items) = value.get_ref().as_array() else {
        reading.wants(key, value, "a list", example);
        return None;
    };
    let words: Option<Vec<String>> = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
    if words.is_none() {
        reading.wrong(&value.span(), format!("{key} has to be a list of texts in quotes. Write: {key} = {example}"));
    }
    words
}

fn variable(reading: &mut Reading<'_>, value: &Spanned<DeValue<'_>>, word: String) -> Option<TokenEntry> {
    let is_name =
        word.chars().enumerate().all(|(at, c)| c == '_' || c.is_ascii_alphabetic() || (at > 0 && c.is_ascii_digit()));
    if word.is_empty() || !is_name {
        let what = "token_env has to be the name of an environment variable, not the token itself. Write: token_env = \"WORK_TOKEN\"";
        reading.wrong(&value.span(), what);
        return None;
    }
    Some(TokenEntry::Variable(word))
}

fn path(reading: &mut Reading<'_>, key: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Option<PathBuf> {
    let word = reading.words(key, value, example)?;
    // A path that depends on the working folder would be another file in another folder.
    if !word.starts_with('/') && !word.starts_with("~/") {
        let what = format!("{key} has to be a path from the root or from your home folder. Write: {key} = {example}");
        reading.wrong(&value.span(), what);
        return None;
    }
    Some(PathBuf::from(word))
}
