//! Lists, page after page. Pages that came with a tag are remembered, packed, so that only those come over the line again that
//! have changed: a large account's two lists are tens of megabytes.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderName, HeaderValue, RANGE};
use serde::de::DeserializeOwned;

use super::client::{Asked, heed, refused};
use crate::platform::apart::apart;
use crate::platform::http::{Answer, Http, nonsense};
use crate::platform::{Fresh, ReadError, ReadErrorKind};

/// Where the next page begins (Dev Center). That it is there, and not the status, says that there is one: a `max` alone
/// makes a 206, too.
const NEXT_RANGE: HeaderName = HeaderName::from_static("next-range");
/// A page has so many rows at most, or a multiple of it (Dev Center: 200 as it comes, 1000 at most).
const ROUND: usize = 100;
/// About what one row is, in bytes.
pub(super) const ROW: usize = 512;
/// Fast rather than small: one level more costs more time than it spares memory.
const PACKING: u8 = 1;
/// A page that is larger when unpacked was never packed by us.
const UNPACKED: usize = 256 << 20;

/// A page as it came, with the tag that stands for it.
struct Page {
    /// What was asked for; `None` where the list has its own order.
    range: Option<HeaderValue>,
    tag: String,
    next: Option<HeaderValue>,
    /// What is behind its last row, where that may be something: a full page may have got a successor, of which its tag knows
    /// nothing.
    behind: Option<HeaderValue>,
    rows: usize,
    packed: Vec<u8>,
}

impl Page {
    /// Whether its tag says all of it, or what to ask beside it.
    fn is_told_by_its_tag(&self) -> bool {
        self.next.is_some() || self.behind.is_some() || !is_full(self.rows)
    }

    fn rows<T: DeserializeOwned, M>(&self, map: impl Fn(T) -> M) -> Option<Vec<M>> {
        let body = miniz_oxide::inflate::decompress_to_vec_with_limit(&self.packed, UNPACKED).ok()?;
        let rows: Vec<T> = serde_json::from_slice(&body).ok()?;
        Some(rows.into_iter().map(map).collect())
    }
}

/// Whether a page of so many rows may be as long as a page gets.
fn is_full(rows: usize) -> bool {
    rows > 0 && rows.is_multiple_of(ROUND)
}

/// The range behind a page, by what it says of itself: `Content-Range: id first..last` (Dev Center). `]` excludes the last one.
fn behind(headers: &HeaderMap) -> Option<HeaderValue> {
    let (field, ends) = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim().split_once(' ')?;
    let (_, last) = ends.split_once("..")?;
    // Where the list has more words than a page has, it is asked without them.
    let last = last.split(';').next().filter(|last| !last.is_empty() && !last.contains(".."))?;
    HeaderValue::from_str(&format!("{field} ]{last}..; max=1000")).ok()
}

/// A list as it was read last.
#[derive(Default)]
pub(super) struct Pages(Vec<Arc<Page>>);

impl Pages {
    /// Stands for all of it.
    pub(super) fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.0.iter().for_each(|page| (page.range.as_ref(), &page.tag).hash(&mut hasher));
        format!("{} {:016x}", self.0.len(), hasher.finish())
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|page| page.rows).sum()
    }

    /// Its rows; `None` where they can't be unpacked, which nobody has seen.
    pub(super) fn rows<T: DeserializeOwned, M>(&self, map: impl Fn(T) -> M) -> Option<Vec<M>> {
        let mut rows = Vec::with_capacity(self.len());
        for page in &self.0 {
            rows.extend(page.rows(&map)?);
        }
        Some(rows)
    }

    fn page(&self, range: Option<&HeaderValue>) -> Option<&Arc<Page>> {
        self.0.iter().find(|page| page.range.as_ref() == range)
    }
}

/// What came of asking for a list.
pub(super) enum Listed<T> {
    /// Every page is as it was.
    Unchanged(Timestamp),
    /// Something came. The pages are there where all of them had a tag.
    Changed(Fresh<Vec<T>>, Option<Pages>),
}

/// One page of an answer under way.
enum Part<T> {
    Known(Arc<Page>),
    Came(Vec<T>, Option<Arc<Page>>),
}

/// A list, of which some pages may be known. Each page is mapped as it comes: what the wire tells is far larger than what is kept
/// of it.
pub(super) async fn list<T: DeserializeOwned, M>(
    http: &Http,
    asked: &Asked<'_>,
    known: Option<&Pages>,
    map: &(impl Fn(T) -> M + Sync),
) -> Result<Listed<M>, ReadError> {
    let mut parts: Vec<Part<M>> = Vec::new();
    let mut seen: HashSet<HeaderValue> = HashSet::new();
    let mut range = Some(asked.range.clone());
    let mut at = None;
    // Whether what is asked for is only what might be behind a full page.
    let mut is_behind = false;
    for _ in 0..http.settings().page_limit {
        let page = known.and_then(|known| known.page(range.as_ref())).filter(|page| page.is_told_by_its_tag());
        let mut headers = asked.headers.to_vec();
        headers.extend(range.clone().map(|range| (RANGE, range)));
        let answer = http.get_with(asked.path, &[], page.map(|page| page.tag.as_str()), &headers).await?;
        heed(http, &answer.headers);
        let next = match (answer.status, page) {
            (304, Some(page)) => {
                parts.push(Part::Known(page.clone()));
                is_behind = page.next.is_none() && page.behind.is_some();
                page.next.clone().or_else(|| page.behind.clone())
            }
            // Nothing is behind it. Which of these a server says is not documented.
            (416, _) if is_behind => None,
            (200 | 206, _) if is_behind && is_empty(&answer) => None,
            // A list that can't be ranged as we would like still has its own order.
            (416, _) if at.is_none() && range.take().is_some() => continue,
            (200 | 206, _) => {
                is_behind = false;
                let next = answer.headers.get(NEXT_RANGE).filter(|_| asked.is_whole).map(alone);
                parts.push(came(http, asked, &answer, (range.clone(), next.clone()), map)?);
                next
            }
            // It takes no such question: then the whole list has to come, as it came at first.
            (400 | 404 | 422, _) if is_behind => return Box::pin(list(http, asked, None, map)).await,
            _ => return Err(refused(http, &answer)),
        };
        let at = *at.get_or_insert(answer.at);
        match next {
            None => return whole(http, asked, known, parts, at, map),
            Some(next) if !seen.insert(next.clone()) => break,
            Some(next) => range = Some(next),
        }
    }
    let count = |part: &Part<M>| match part {
        Part::Known(page) => page.rows,
        Part::Came(rows, _) => rows.len(),
    };
    let message = format!(
        "{} does not come to the end of its {} (after {} rows), so the list was not taken.",
        http.target(),
        asked.what,
        parts.iter().map(count).sum::<usize>()
    );
    Err(ReadError::new(ReadErrorKind::Nonsense, message))
}

/// Whether a page has no row.
fn is_empty(answer: &Answer) -> bool {
    serde_json::from_slice(&answer.body).is_ok_and(|rows: Vec<serde::de::IgnoredAny>| rows.is_empty())
}

/// The value by itself: as it came it is a piece of all that was read with it, which would be kept, too.
fn alone(value: &HeaderValue) -> HeaderValue {
    HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone())
}

/// Takes a page apart, and keeps it where it has a tag.
fn came<T: DeserializeOwned, M>(
    http: &Http,
    asked: &Asked<'_>,
    answer: &Answer,
    (range, next): (Option<HeaderValue>, Option<HeaderValue>),
    map: &impl Fn(T) -> M,
) -> Result<Part<M>, ReadError> {
    apart(answer.body.len(), || {
        let rows: Vec<T> = serde_json::from_slice(&answer.body).map_err(|error| {
            nonsense(http.target(), &format!("a list of {}", asked.what), Some(&error)).of(answer.exchange.clone())
        })?;
        let page = answer.etag.clone().filter(|_| asked.is_kept).map(|tag| {
            let mut packed = miniz_oxide::deflate::compress_to_vec(&answer.body, PACKING);
            // Its room is half of what was packed.
            packed.shrink_to_fit();
            // One that took no range takes none for what is behind it either.
            let is_open_ended = range.is_some() && next.is_none() && is_full(rows.len());
            let behind = behind(&answer.headers).filter(|_| is_open_ended);
            Arc::new(Page { range, tag, next, behind, rows: rows.len(), packed })
        });
        Ok(Part::Came(rows.into_iter().map(map).collect(), page))
    })
}

/// Puts the pages together, if any of them is new.
fn whole<T: DeserializeOwned, M>(
    http: &Http,
    asked: &Asked<'_>,
    known: Option<&Pages>,
    parts: Vec<Part<M>>,
    at: Timestamp,
    map: &impl Fn(T) -> M,
) -> Result<Listed<M>, ReadError> {
    // What was behind a full page may be gone while the page itself is as it was.
    let is_whole = known.is_some_and(|known| known.0.len() == parts.len());
    if is_whole && parts.iter().all(|part| matches!(part, Part::Known(_))) {
        return Ok(Listed::Unchanged(at));
    }
    let mut pages = Some(Vec::with_capacity(parts.len()));
    let mut value = Vec::new();
    for part in parts {
        let (rows, page) = match part {
            Part::Came(rows, page) => (rows, page),
            Part::Known(page) => {
                let rows = apart(page.rows * ROW, || page.rows(map));
                (rows.ok_or_else(|| nonsense(http.target(), &format!("a list of {}", asked.what), None))?, Some(page))
            }
        };
        value.extend(rows);
        pages = pages.zip(page).map(|(mut pages, page)| {
            pages.push(page);
            pages
        });
    }
    Ok(Listed::Changed(Fresh { value, at, etag: None }, pages.map(Pages)))
}

/// A list of which nothing is kept.
pub(super) async fn fresh<T: DeserializeOwned>(http: &Http, asked: &Asked<'_>) -> Result<Fresh<Vec<T>>, ReadError> {
    match list(http, asked, None, &|row: T| row).await? {
        Listed::Changed(fresh, _) => Ok(fresh),
        Listed::Unchanged(_) => Err(nonsense(http.target(), &format!("a list of {}", asked.what), None)),
    }
}
