//! The rig of the stand-ins, on a world that is a number.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use serde_json::{Value, json};

use crate::stand_ins::{Fault, Rig, World};
use crate::support::plain::{self, Came};

#[derive(Clone)]
struct Counter(u32);

impl World for Counter {
    fn advance(&mut self, steps: u32) {
        self.0 += 100 * steps;
    }
}

struct Server {
    rig: Rig<Counter>,
    url: String,
}

impl Server {
    async fn start() -> Self {
        let number =
            |State(world): State<Arc<Mutex<Counter>>>| async move { format!("number {}", world.lock().unwrap().0) };
        let up = |State(world): State<Arc<Mutex<Counter>>>| async move {
            let mut world = world.lock().unwrap();
            world.0 += 1;
            format!("now it is {}", world.0)
        };
        let router = Router::new().route("/number", get(number).post(up).put(up).patch(up).delete(up));
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", Counter(0), router).await.unwrap();
        Self { rig, url }
    }

    async fn send(&self, method: Method, target: &str, body: &str) -> Result<Came, hyper::Error> {
        plain::send(&self.url, method, target, &[("authorization", "Bearer t0psecret")], body).await
    }

    async fn post(&self) -> Result<Came, hyper::Error> {
        self.send(Method::POST, "/number", "").await
    }

    async fn number(&self) -> String {
        self.send(Method::GET, "/number", "").await.unwrap().text().to_owned()
    }

    async fn told(&self, method: Method, what: &str, body: Value) -> Value {
        self.send(method, &format!("/__stand_in/{what}"), &body.to_string()).await.unwrap().json()
    }
}

#[tokio::test]
async fn each_fault_acts_or_does_not_and_answers_or_does_not() {
    let cases = [
        (Fault::Cut, None, 0),
        (Fault::ActAndCut, None, 1),
        (Fault::ActAndCutInBody, None, 1),
        (Fault::ActAndCutHalfWay, None, 1),
        (Fault::CutAndActLate(None), None, 0),
        (Fault::ActLate(None), Some((200, "now it is 1")), 0),
        (Fault::ActAndSay(502, "oops"), Some((502, "oops")), 1),
        (Fault::Say(418, Vec::new(), "tea".into()), Some((418, "tea")), 0),
        (Fault::Delay(Some(Duration::ZERO)), Some((200, "now it is 1")), 1),
        (Fault::rate_limit(Some(7)), Some((429, "")), 0),
    ];
    for (fault, expected, number) in cases {
        let server = Server::start().await;
        server.rig.fail(Method::POST, "/num", 1, fault.clone());
        assert_eq!(server.number().await, "number 0", "it is about another method");
        let came = server.post().await;
        let came = came.as_ref().ok().map(|came| (came.status, came.text()));
        assert_eq!(came, expected, "{fault:?}");
        assert_eq!(server.rig.world(|world| world.0), number, "{fault:?}");
        assert_eq!((server.rig.writes(), server.rig.count(Method::POST, "/number")), (1, 1));
        assert_eq!(server.post().await.unwrap().status, 200, "it was for one request: {fault:?}");
    }
}

#[tokio::test]
async fn whoever_hangs_has_acted_or_has_not() {
    for (fault, number) in [(Fault::Hang, 0), (Fault::ActAndHang, 1)] {
        let server = Server::start().await;
        server.rig.fail(Method::POST, "/", 1, fault.clone());
        let reads = async {
            while server.rig.writes() == 0 {
                tokio::task::yield_now().await;
            }
            // An answer to something else comes, and none to the first.
            for _ in 0..3 {
                assert_eq!(server.number().await, format!("number {number}"), "{fault:?}");
            }
        };
        tokio::select! {
            biased;
            () = reads => {}
            came = server.post() => panic!("{fault:?}: {came:?}"),
        }
        assert_eq!(server.rig.most_at_once(), 2);
    }
}

#[tokio::test]
async fn what_is_done_late_is_done_after_so_many_reads_or_when_it_is_released() {
    let server = Server::start().await;
    server.rig.fail(Method::POST, "/", 1, Fault::ActLate(Some(2)));
    assert_eq!(server.post().await.unwrap().text(), "now it is 1");
    assert_eq!([server.number().await, server.number().await], ["number 0", "number 0"]);
    assert_eq!([server.number().await, server.number().await], ["number 1", "number 1"]);
    server.rig.fail(Method::POST, "/", 1, Fault::CutAndActLate(None));
    server.post().await.unwrap_err();
    assert_eq!(server.number().await, "number 1");
    server.rig.release().await;
    assert_eq!(server.number().await, "number 2");
    assert_eq!(server.rig.writes(), 2, "acting late is no other request");
}

#[tokio::test]
async fn what_is_delayed_waits_until_it_is_released() {
    let server = Server::start().await;
    server.rig.fail(Method::GET, "/number", 2, Fault::Delay(None));
    let released = async {
        server.rig.until_waiting(2).await;
        server.rig.world(|world| world.0 = 7);
        server.rig.release().await;
    };
    let (one, two, ()) = tokio::join!(server.number(), server.number(), released);
    assert_eq!([one, two], ["number 7", "number 7"]);
    assert_eq!(server.rig.most_at_once(), 2);
}

#[tokio::test]
async fn it_is_steered_by_hand() {
    let server = Server::start().await;
    for (body, words) in [
        (json!({"fault": "sulk"}), "is no fault"),
        (json!({"fault": "say"}), "\"status\""),
        (json!({"fault": "cut", "method": "G T"}), "is no method"),
    ] {
        let told = server.told(Method::POST, "faults", body).await;
        assert!(told["error"].as_str().unwrap().contains(words), "{told}");
    }
    let limit =
        json!({"fault": "say", "status": 429, "headers": {"retry-after": 3}, "body": "slowly", "path": "/number"});
    server.told(Method::POST, "faults", limit).await;
    let came = server.send(Method::PUT, "/number?x=1", "{\"a\": 1}").await.unwrap();
    assert_eq!((came.status, came.header("retry-after"), came.text()), (429, Some("3"), "slowly"));
    for fault in
        ["delay", "hang", "act_and_hang", "act_and_cut", "act_and_cut_in_body", "act_and_cut_half_way", "flood"]
    {
        server.told(Method::POST, "faults", json!({"fault": fault, "path": "/elsewhere"})).await;
    }
    server.told(Method::POST, "faults", json!({"fault": "cut", "method": "POST", "times": 2})).await;
    server.post().await.unwrap_err();
    server.told(Method::DELETE, "faults", Value::Null).await;
    server.told(Method::POST, "faults", json!({"fault": "cut_and_act_late"})).await;
    server.post().await.unwrap_err();
    server.told(Method::POST, "faults", json!({"fault": "act_late", "after_reads": 9})).await;
    server.post().await.unwrap();
    server.told(Method::POST, "faults", json!({"fault": "act_and_say", "status": 500})).await;
    assert_eq!(server.post().await.unwrap().status, 500);
    assert_eq!(server.number().await, "number 1");
    server.told(Method::POST, "advance", json!({"steps": 2})).await;
    assert_eq!(server.number().await, "number 203", "two steps, and what was late");
    let writes = server.told(Method::GET, "writes", Value::Null).await;
    assert_eq!(writes, json!({"writes": 5, "by_route": {"POST /number": 4, "PUT /number": 1}}));
    let seen = server.told(Method::GET, "seen", Value::Null).await;
    assert_eq!(seen[0]["target"], "/number?x=1");
    assert_eq!((&seen[0]["method"], &seen[0]["body"]["a"]), (&json!("PUT"), &json!(1)));
    assert!(seen[0]["headers"]["authorization"] == "(set)" && !seen.to_string().contains("t0psecret"));
    assert_eq!(seen.as_array().unwrap().len(), 7, "what steers is not counted");
    assert!(server.told(Method::GET, "nothing", Value::Null).await["error"].is_string());
}
