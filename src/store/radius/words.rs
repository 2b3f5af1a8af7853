//! How single facts are put, and what they mean.

use jiff::Timestamp;

use crate::model::{AppEffect, Known, Price, VariableValue, span, when};

/// What a piece of text means to whoever has to say yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Text,
    /// To be read first.
    Strong,
    /// Matters less.
    Dim,
    /// Worth a look.
    Warn,
    /// Hurts.
    Bad,
}

/// Text in pieces with a meaning each.
pub type Words = Vec<(Tone, String)>;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How deep it stands: 0 like a heading, 1 below one, 2 below a line.
    pub indent: usize,
    /// Whether it is one of several sentences.
    pub is_bullet: bool,
    /// What it says.
    pub words: Words,
}

/// The text alone.
pub fn plain(words: &[(Tone, String)]) -> String {
    words.iter().map(|(_, text)| text.as_str()).collect()
}

pub(super) fn title(tone: Tone, text: impl Into<String>) -> Words {
    vec![(tone, text.into())]
}

pub(super) fn said(indent: usize, is_bullet: bool, words: impl IntoIterator<Item = (Tone, String)>) -> Said {
    Said { indent, is_bullet, words: words.into_iter().filter(|(_, text)| !text.is_empty()).collect() }
}

pub(super) fn line(indent: usize, words: impl IntoIterator<Item = (Tone, String)>) -> Said {
    said(indent, false, words)
}

pub(super) fn bullet(tone: Tone, sentence: &str) -> Said {
    said(1, true, [(tone, sentence.to_owned())])
}

/// Since when, and how long that is: `02:00Z, 1 h 14 m`.
pub(super) fn since(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "a time that is not told".to_owned(), |at| format!("{}, {}", when(at, now), span(at, now)))
}

pub(super) fn sentence_of_cost(cost: &Known<Price>) -> String {
    match cost {
        Known::Is(price) => {
            let (whole, rest) = (price.cents_per_month / 100, price.cents_per_month % 100);
            format!("It costs {whole}.{rest:02} {} a month.", price.currency)
        }
        Known::Unknown(why) => format!("What it costs is not known: {why}."),
    }
}

pub(super) fn app_effect(effect: &AppEffect) -> String {
    match effect {
        AppEffect::Release => "gets a new release and restarts".to_owned(),
        AppEffect::Restart => "restarts".to_owned(),
        AppEffect::Stop => "stops, until it is started again".to_owned(),
        AppEffect::Start => "starts again".to_owned(),
        AppEffect::PendingRedeploy(environment) => format!("changes when {environment} is deployed again"),
        AppEffect::Unknown => "what happens to it is not documented".to_owned(),
    }
}

/// How a variable changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way<'a> {
    pub(super) before: &'a VariableValue,
    pub(super) after: &'a VariableValue,
}

impl Way<'_> {
    /// Whether what is in use comes from elsewhere afterwards, or may.
    pub(super) fn takes_over(self) -> bool {
        let is_new = matches!(self.after, VariableValue::From(_)) && *self.before != VariableValue::Absent;
        (is_new && self.before != self.after) || *self.after == VariableValue::Unknown
    }

    /// The variables of an app that change so.
    pub(super) fn line(self, app: &str, names: &[&str]) -> Said {
        let after = if self.takes_over() { Tone::Bad } else { Tone::Text };
        line(
            1,
            [
                (Tone::Strong, app.to_owned()),
                (Tone::Text, format!("  {}  {} → ", names.len(), value(self.before))),
                (after, value(self.after)),
                (Tone::Text, format!(": {}", names.join(" "))),
            ],
        )
    }
}

fn value(value: &VariableValue) -> String {
    match value {
        VariableValue::Absent => "not set".to_owned(),
        VariableValue::Own => "the app's own value".to_owned(),
        VariableValue::From(addon) => format!("from {addon}"),
        VariableValue::Unknown => "unknown".to_owned(),
    }
}
