//! Lists in pages: `Range`, `Next-Range`, `Content-Range`. A page that is cut short is 206 with `Next-Range`; an explicit
//! `max` is 206 without it, too.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::exchange::{Content, Refusal, Reply};

/// The most rows that an answer has.
const MOST: usize = 1000;

/// A list, the fields by which it can be ranged, and the one by which it is if none is told.
#[derive(Debug)]
pub(super) struct List {
    pub(super) rows: Vec<Value>,
    pub(super) fields: &'static [&'static str],
}

impl List {
    /// By the first of the fields, if none is told.
    pub(super) fn reply(rows: Vec<Value>, fields: &'static [&'static str]) -> Reply {
        Reply::new(200, Content::List(Self { rows, fields }))
    }
}

/// What `Range` says.
struct Range<'a> {
    field: &'a str,
    first: &'a str,
    last: &'a str,
    max: Option<usize>,
    is_descending: bool,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (ends, options) = text.split_once(';').unwrap_or((text, ""));
        let (field, ends) = ends.trim().split_once(' ')?;
        let (first, last) = ends.trim().split_once("..")?;
        let mut range = Self { field, first, last, max: None, is_descending: false };
        for option in options.split([',', ';']).map(str::trim).filter(|option| !option.is_empty()) {
            match option.split_once('=')? {
                ("max", max) => range.max = Some(max.parse().ok().filter(|max| (1..=MOST).contains(max))?),
                ("order", "asc") => range.is_descending = false,
                ("order", "desc") => range.is_descending = true,
                _ => return None,
            }
        }
        Some(range)
    }
}

/// What a row is sorted by. Numbers sort as numbers.
fn key(row: &Value, field: &str) -> String {
    match &row[field] {
        Value::String(text) => text.clone(),
        Value::Number(number) => format!("{:020}", number.as_u64().unwrap_or_default()),
        _ => String::new(),
    }
}

fn shown(row: &Value, field: &str) -> String {
    row[field].as_str().map_or_else(|| row[field].to_string(), str::to_owned)
}

/// An end as it is sorted.
fn bound(text: &str) -> String {
    match text.parse::<u64>() {
        Ok(number) => format!("{number:020}"),
        Err(_) => text.to_owned(),
    }
}

/// Cuts a list to the page that is asked for. Other answers are left as they are.
pub(super) fn page(mut reply: Reply, asked: Option<&str>, default: usize) -> Result<Reply, Refusal> {
    let Content::List(list) = &mut reply.content else { return Ok(reply) };
    let bad = || Refusal::new(416, "requested_range_not_satisfiable", "The requested range is not satisfiable.");
    let whole = Range { field: list.fields[0], first: "", last: "", max: None, is_descending: false };
    let range = match asked {
        Some(text) => Range::parse(text).ok_or_else(bad)?,
        None => whole,
    };
    let field = *list.fields.iter().find(|one| **one == range.field).ok_or_else(bad)?;
    let mut rows = std::mem::take(&mut list.rows);
    // Stable, so that rows of the same key stay in their order. Who pages by a field that is not unique loses rows.
    rows.sort_by_key(|row| key(row, field));
    if range.is_descending {
        rows.reverse();
    }
    let is_before = |one: &String, other: &String| if range.is_descending { one > other } else { one < other };
    let is_in = |row: &Value| {
        let key = key(row, field);
        let after_first = match range.first.strip_prefix(']') {
            Some(first) => is_before(&bound(first), &key),
            None => range.first.is_empty() || !is_before(&key, &bound(range.first)),
        };
        let before_last = match range.last.strip_suffix('[') {
            Some(last) => is_before(&key, &bound(last)),
            None => range.last.is_empty() || !is_before(&bound(range.last), &key),
        };
        after_first && before_last
    };
    rows.retain(is_in);
    let limit = range.max.unwrap_or(default).min(MOST);
    let is_cut = rows.len() > limit;
    rows.truncate(limit);
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        let (first, last) = (shown(first, field), shown(last, field));
        reply.headers.push(("content-range", format!("{field} {first}..{last}")));
        if is_cut {
            let order = if range.is_descending { ", order=desc" } else { "" };
            reply.headers.push(("next-range", format!("{field} ]{last}..{}; max={limit}{order}", range.last)));
        }
    }
    if is_cut || range.max.is_some() {
        reply.status = 206;
    }
    let mut fields = list.fields.to_vec();
    fields.sort_unstable();
    reply.headers.push(("accept-ranges", fields.join(", ")));
    if let Some(newest) = rows.iter().filter_map(|row| row["updated_at"].as_str()).max()
        && let Ok(at) = newest.parse::<jiff::Timestamp>()
    {
        let at = at.to_zoned(jiff::tz::TimeZone::UTC);
        reply.headers.push(("last-modified", at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    }
    list.rows = rows;
    Ok(reply)
}

/// The tag of an answer; 304 without a body if it is known.
pub(super) fn tag(mut reply: Reply, known: Option<&str>) -> Reply {
    let text = match &reply.content {
        Content::Json(body) => body.to_string(),
        Content::List(list) => Value::from(list.rows.clone()).to_string(),
        _ => return reply,
    };
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    if known == Some(&tag) {
        reply.status = 304;
        reply.content = Content::Nothing;
        reply.headers.retain(|(name, _)| !name.ends_with("range"));
    }
    reply.with("etag", tag)
}
