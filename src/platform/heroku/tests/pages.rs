//! Long lists: only pages that changed come over the line again.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const NEXT: &str = "id ]1..; max=1000";

fn row(id: &str) -> Value {
    let mut row = told(&json!({}));
    row["id"] = json!(id);
    row["name"] = json!(format!("postgresql-{id}"));
    row
}

/// Which world is answered from: the first, one whose second page has another row, one whose second page is full.
fn account(heard: &Heard, world: usize) -> Answered {
    let (tag, next, rows) = match (heard.line.as_str(), heard.header("range"), world) {
        ("GET /addons", Some(NEXT), 0) => ("\"second\"", None, vec![row("2")]),
        ("GET /addons", Some(NEXT), 1) => ("\"other\"", None, vec![row("2"), row("3")]),
        ("GET /addons", Some(NEXT), _) => ("\"full\"", None, (2..102).map(|id| row(&id.to_string())).collect()),
        ("GET /addons", ..) => ("\"first\"", Some(NEXT), vec![row("1")]),
        _ => ("\"none\"", None, vec![]),
    };
    page(heard, tag, next.map(|next| ("next-range", next.to_owned())), rows)
}

/// A page with its tag and what else it tells of itself, unless whoever asks has got it.
fn page(heard: &Heard, tag: &str, told: Option<(&'static str, String)>, rows: Vec<Value>) -> Answered {
    let mut headers = vec![("etag", tag.to_owned())];
    if heard.header("if-none-match") == Some(tag) {
        return (304, headers, String::new());
    }
    headers.extend(told);
    (206, headers, Value::from(rows).to_string())
}

#[tokio::test]
async fn a_page_that_is_as_it_was_does_not_come_again_and_its_rows_stay() {
    let world = Arc::new(AtomicUsize::new(0));
    let server = serve({
        let world = world.clone();
        move |heard| account(heard, world.load(Ordering::SeqCst))
    })
    .await;
    let reader = reader(&server, None);
    let read = async |tag: Option<&str>| match reader.addons(tag).await.unwrap() {
        Conditional::Changed(fresh) => {
            Some((fresh.value.into_iter().map(|addon| addon.key.id).collect::<Vec<_>>(), fresh.etag.unwrap()))
        }
        Conditional::Unchanged(_) => None,
    };
    let conditions = |from: usize| {
        let heard = server.heard();
        let addons = heard[from..].iter().filter(|heard| heard.line == "GET /addons");
        addons.map(|heard| heard.header("if-none-match").map(str::to_owned)).collect::<Vec<_>>()
    };
    let known = |tag: &str| Some(format!("\"{tag}\""));
    let (rows, first) = read(None).await.unwrap();
    assert_eq!(rows, ["1", "2"]);
    assert_eq!(read(Some(&first)).await, None);
    assert_eq!(conditions(3), [known("first"), known("second")], "each page by its own tag");
    // Whoever has not got them is told them, though none of them comes over the line.
    assert_eq!(read(None).await, Some((rows.clone(), first.clone())));
    assert_eq!(read(Some("another")).await, Some((rows, first.clone())));
    world.store(1, Ordering::SeqCst);
    let (rows, second) = read(Some(&first)).await.unwrap();
    assert_eq!(rows, ["1", "2", "3"], "the first page from memory, the other as it came");
    assert_ne!(first, second);
    assert_eq!(read(Some(&second)).await, None);
    // A full page without a successor may get one, which its rows do not tell.
    world.store(2, Ordering::SeqCst);
    let (rows, full) = read(Some(&second)).await.unwrap();
    assert_eq!(rows.len(), 101);
    let before = server.heard().len();
    assert_eq!(read(Some(&full)).await, None);
    assert_eq!(conditions(before), [known("first"), None]);
}

const REFUSED: &str = r#"{"id":"requested_range_not_satisfiable","message":"No."}"#;

/// A full page, and what is behind it; otherwise the status with which that range is refused.
fn full(heard: &Heard, behind: Result<&[&str], u16>) -> Answered {
    let (tag, rows, ends) = match (heard.line.as_str(), heard.header("range")) {
        ("GET /addons", Some("id ]199..; max=1000")) => match behind {
            Ok(rows) => (format!("\"{}\"", rows.len()), rows.iter().map(|id| row(id)).collect(), "200..299"),
            Err(status) => return (status, Vec::new(), REFUSED.to_owned()),
        },
        ("GET /addons", _) => ("\"full\"".to_owned(), (100..200).map(|id| row(&id.to_string())).collect(), "100..199"),
        _ => ("\"none\"".to_owned(), Vec::new(), "0..0"),
    };
    page(heard, &tag, Some(("content-range", format!("id {ends}"))), rows)
}

#[tokio::test]
async fn what_is_behind_a_full_page_is_asked_for_by_itself() {
    let world = Arc::new(AtomicUsize::new(0));
    let server = serve({
        let world = world.clone();
        move |heard| {
            let behind: Result<&[&str], u16> = match world.load(Ordering::SeqCst) {
                0 => Ok(&[]),
                1 => Ok(&["200"]),
                2 => Ok(&["200", "201"]),
                status => Err(u16::try_from(status).unwrap()),
            };
            full(heard, behind)
        }
    })
    .await;
    let reader = reader(&server, None);
    let mut tag = None;
    let mut rows = Vec::new();
    for (at, (behind, is_news, seen)) in [
        (0, true, 100),
        (0, false, 100),
        (1, true, 101),
        (1, false, 101),
        (2, true, 102),
        (0, true, 100),
        (416, false, 100),
        // It takes no such question: the list comes as it came at first, and is what it was.
        (422, false, 100),
        (404, false, 100),
        (0, false, 100),
    ]
    .into_iter()
    .enumerate()
    {
        world.store(behind, Ordering::SeqCst);
        let before = server.heard().len();
        let mut is_new = false;
        if let Conditional::Changed(fresh) = reader.addons(tag.as_deref()).await.unwrap() {
            (is_new, tag) = (true, fresh.etag);
            rows = fresh.value.into_iter().map(|addon| addon.key.id.to_string()).collect();
        }
        assert_eq!((is_new, rows.len()), (is_news, seen), "step {at}");
        let heard = server.heard();
        let full = heard[before..].iter().find(|heard| heard.line == "GET /addons").unwrap();
        assert_eq!(full.header("if-none-match"), (at > 0).then_some("\"full\""), "step {at}: it does not come again");
    }
}

#[tokio::test]
async fn a_full_page_of_a_server_that_takes_no_range_comes_each_time() {
    let server = serve(|heard| match heard.header("range") {
        Some(_) => (416, Vec::new(), REFUSED.to_owned()),
        None => full(heard, Ok(&[])),
    })
    .await;
    let reader = reader(&server, None);
    let Conditional::Changed(fresh) = reader.addons(None).await.unwrap() else { panic!("nothing was known") };
    assert_eq!(fresh.value.len(), 100);
    reader.addons(fresh.etag.as_deref()).await.unwrap();
    let heard = server.heard();
    let lists = heard.iter().filter(|heard| heard.line == "GET /addons" && heard.header("range").is_none());
    let conditions: Vec<_> = lists.map(|heard| heard.header("if-none-match")).collect();
    assert_eq!(conditions, [None, None], "nobody could tell what is behind it");
}
