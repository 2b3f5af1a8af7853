//! From the text of `config.toml` to what it says, with every mistake at its line.

use std::ops::Range;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigFile, entries};
use crate::config::Notify;
use crate::config::nearest::did_you_mean;
use crate::model::printable;

/// What is wrong, each with its line.
pub(super) type Mistakes = Vec<(usize, String)>;

const TOP: [&str; 4] = ["default_profile", "notify", "backup_max_age", "profiles"];
/// A key that is longer is no key: it may be anything.
const LONGEST_KEY: usize = 40;

/// Reads the whole file.
pub(super) fn read(text: &str) -> Result<ConfigFile, Mistakes> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading { text, mistakes: Vec::new() };
    for error in errors {
        reading.syntax(error.span(), error.message());
    }
    if reading.mistakes.is_empty() {
        let file = reading.file(document.get_ref());
        if reading.mistakes.is_empty() {
            return Ok(file);
        }
    }
    let mut mistakes = reading.mistakes;
    mistakes.sort();
    mistakes.dedup();
    Err(mistakes)
}

/// What was read of the file so far.
pub(super) struct Reading<'t> {
    text: &'t str,
    mistakes: Mistakes,
}

impl Reading<'_> {
    /// Takes note of a mistake.
    pub(super) fn wrong(&mut self, at: &Range<usize>, what: impl Into<String>) {
        self.mistakes.push((self.line(at.start), what.into()));
    }

    /// A key that there is not, with the one that may have been meant.
    pub(super) fn unknown_key(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, of: &str, known: &[&str]) {
        let word = key.get_ref();
        let shown = if word.chars().count() <= LONGEST_KEY { printable(word) } else { "This".to_owned() };
        let meant = did_you_mean(word, known.iter().copied());
        self.wrong(&key.span(), format!("{shown} is not a key {of}.{meant} The keys are: {}.", known.join(", ")));
    }

    /// Text in quotes.
    pub(super) fn words(&mut self, key: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Option<String> {
        match value.get_ref().as_str() {
            Some(text) => Some(text.to_owned()),
            None => {
                self.wants(key, value, "text in quotes", example);
                None
            }
        }
    }

    /// A value of another kind than it has to be.
    pub(super) fn wants(&mut self, key: &str, value: &Spanned<DeValue<'_>>, what: &str, example: &str) {
        let is = kind(value.get_ref());
        self.wrong(&value.span(), format!("{key} has to be {what}, and it is {is}. Write: {key} = {example}"));
    }

    /// True or false.
    pub(super) fn truth(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let is_so = value.get_ref().as_bool();
        if is_so.is_none() {
            self.wants(key, value, "true or false without quotes", "true");
        }
        is_so
    }

    /// A length of time in words, in days and what is smaller: months and years have no length of their own.
    pub(super) fn length(&mut self, key: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Option<SignedDuration> {
        let text = self.words(key, value, example)?;
        let of = |span: Span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
        let length = text.parse::<Span>().ok().and_then(of).filter(|length| length.is_positive());
        if length.is_none() {
            let what = format!(
                "{key} is not a length of time in days, hours or minutes that is longer than nothing. Write: {key} = {example} (or \"2 days 6 hours\")"
            );
            self.wrong(&value.span(), what);
        }
        length
    }

    fn file(&mut self, document: &DeTable<'_>) -> ConfigFile {
        let mut file = ConfigFile::default();
        let mut default = None;
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "default_profile" => {
                    file.default_profile = self.words("default_profile", value, "\"work\"");
                    default = Some(value.span());
                }
                "notify" => file.notify = self.notify(value),
                "backup_max_age" => file.backup_max_age = self.length("backup_max_age", value, "\"26h\""),
                "profiles" => file.profiles = entries::profiles(self, value),
                _ => self.unknown_key(key, "of this file", &TOP),
            }
        }
        if let (Some(name), Some(span)) = (&file.default_profile, default)
            && !file.names().contains(&name.as_str())
            // A profile that has mistakes is there all the same.
            && !entries::is_named(document, name)
        {
            let names = file.names();
            let meant = did_you_mean(name, names.iter().copied());
            let names = names.into_iter().map(printable).collect::<Vec<_>>().join(", ");
            let what = format!("default_profile names a profile that there is not.{meant} The profiles are: {names}.");
            self.wrong(&span, what);
        }
        file
    }

    fn notify(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Notify> {
        let word = self.words("notify", value, "\"bell\"")?;
        let notify = Notify::from_word(&word);
        if notify.is_none() {
            let meant = did_you_mean(&word, Notify::WORDS);
            let words = Notify::WORDS.join(", ");
            self.wrong(&value.span(), format!("notify names no such way to tell.{meant} The ways are: {words}."));
        }
        notify
    }

    /// What the file's language does not know. Its words are about the language alone and never hold the text.
    fn syntax(&mut self, span: Option<Range<usize>>, message: &str) {
        let span = span.unwrap_or_default();
        let message = message.lines().collect::<Vec<_>>().join(" ");
        let start = self.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let before = self.text.get(start..).and_then(|line| line.split(['=', '\n']).next()).unwrap_or_default().trim();
        // Only what is certainly a key of ours is repeated.
        let is_key = TOP.contains(&before) || entries::KEYS.contains(&before);
        let key = if is_key { format!("{before}: ") } else { String::new() };
        self.wrong(&span, format!("{key}this is not TOML: {}.", message.trim_end_matches('.')));
    }

    fn line(&self, at: usize) -> usize {
        self.text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
    }
}

/// What kind of thing a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
