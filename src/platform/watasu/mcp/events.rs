//! The messages of an event stream (`text/event-stream`), as far as they have come whole.

use super::transport::Head;

/// The data of one event.
pub(super) struct Event(pub(super) String);

impl Event {
    /// Whether it is the answer to the question of that id.
    pub(super) fn answers(&self, id: &str) -> bool {
        serde_json::from_str::<Head>(&self.0).is_ok_and(|head| {
            head.method.is_none()
                && match &head.id {
                    serde_json::Value::String(told) => told == id,
                    serde_json::Value::Number(told) => told.to_string() == id,
                    // An error whose id could not be read is about the only question of this stream.
                    serde_json::Value::Null => self.0.contains("\"error\""),
                    _ => false,
                }
        })
    }
}

/// The events of a body that are complete: each ends with an empty line. Line ends are `\n`, `\r\n` or `\r` (the standard).
pub(super) fn complete(body: &[u8]) -> impl Iterator<Item = Event> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let end = text.rfind("\n\n").map_or(0, |at| at + 1);
    let blocks: Vec<Event> = text[..end].split("\n\n").filter_map(event).collect();
    blocks.into_iter()
}

fn event(block: &str) -> Option<Event> {
    let data = |line: &str| {
        let rest = line.strip_prefix("data")?;
        Some(rest.strip_prefix(':').map_or("", |rest| rest.strip_prefix(' ').unwrap_or(rest)).to_owned())
    };
    let lines: Vec<String> = block.lines().filter_map(data).collect();
    (!lines.is_empty()).then(|| Event(lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(body: &str) -> Vec<String> {
        complete(body.as_bytes()).map(|event| event.0).collect()
    }

    #[test]
    fn only_what_has_come_whole_is_an_event() {
        assert_eq!(
            all("data: {\"a\"\ndata: :1}\n\n: a comment\n\nevent: message\nid: 3\ndata:two\n\ndata: half"),
            ["{\"a\"\n:1}", "two"]
        );
        assert_eq!(all("data: one\r\n\r\ndata: two\r\r"), ["one", "two"]);
        assert_eq!(all("data: half\n"), Vec::<String>::new());
    }

    #[test]
    fn an_answer_is_told_from_questions_and_news_by_its_id() {
        let answers = |text: &str| Event(text.to_owned()).answers("3");
        assert!(answers(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#) && answers(r#"{"id":"3","error":{}}"#));
        assert!(answers(r#"{"id":null,"error":{"code":-32700}}"#));
        for other in [r#"{"id":4,"result":{}}"#, r#"{"id":3,"method":"ping"}"#, r#"{"method":"x"}"#, "no json", ""] {
            assert!(!answers(other), "{other}");
        }
    }
}
