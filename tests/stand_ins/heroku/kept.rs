//! Answers of a large world that are made once: what is measured is the client, not this server.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::Value;

use super::exchange::{Ask, Content, Refusal, Reply};
use super::ranges::{self, List};
use super::world::Heroku;

/// What was answered since the world changed last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    lists: HashMap<String, Arc<List>>,
    pages: HashMap<String, Arc<Page>>,
}

#[derive(Debug)]
struct Page {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    tag: String,
}

/// One page of a whole list, where it is kept or can be; otherwise nothing.
pub(super) fn page(
    world: &mut Heroku,
    ask: &Ask,
    read: impl FnOnce(&mut Heroku) -> Result<Reply, Refusal>,
) -> Result<Reply, Refusal> {
    let is_list =
        matches!(ask.path.as_slice(), [one] if ["addons", "addon-attachments", "apps"].contains(&one.as_str()));
    let default = world.switches.page;
    if world.kept.is_none() || ask.is_write() || !is_list || ask.token().is_none() {
        return read(world).and_then(|reply| ranges::page(reply, ask.header("range"), default));
    }
    let varies = ["accept", "accept-expansion", "accept-inclusion", "authorization"];
    let list = varies.iter().fold(ask.path[0].clone(), |key, name| key + "\n" + ask.header(name).unwrap_or_default());
    let key = format!("{list}\n{}", ask.header("range").unwrap_or_default());
    let known = |world: &Heroku| world.kept.as_ref().and_then(|kept| kept.pages.get(&key).cloned());
    let page = match known(world) {
        Some(page) => page,
        None => {
            let rows = world.kept.as_ref().and_then(|kept| kept.lists.get(&list).cloned());
            let rows = match rows {
                Some(rows) => rows,
                None => match read(world)?.content {
                    Content::List(rows) => Arc::new(rows),
                    _ => return Err(Refusal::missing("list")),
                },
            };
            let page = Arc::new(made(&rows, ask, default)?);
            let kept = world.kept.get_or_insert_default();
            kept.lists.insert(list, rows);
            kept.pages.insert(key, page.clone());
            page
        }
    };
    let is_known = ask.header("if-none-match") == Some(&page.tag);
    let mut reply = match is_known {
        true => Reply::new(304, Content::Nothing),
        false => Reply::new(page.status, Content::Document(page.body.clone())),
    };
    let headers = page.headers.iter().filter(|(name, _)| !is_known || !name.ends_with("range"));
    reply.headers = headers.cloned().collect();
    Ok(reply.with("etag", page.tag.clone()))
}

fn made(rows: &List, ask: &Ask, default: usize) -> Result<Page, Refusal> {
    let whole = Reply::new(200, Content::List(List { rows: rows.rows.clone(), fields: rows.fields }));
    let reply = ranges::page(whole, ask.header("range"), default)?;
    let rows = match reply.content {
        Content::List(list) => Value::from(list.rows).to_string(),
        _ => String::new(),
    };
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    Ok(Page { status: reply.status, headers: reply.headers, body: rows.into(), tag })
}
