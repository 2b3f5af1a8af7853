//! Akkeris: the stand-in against what was recorded of a running server, and our adapter against the stand-in.

mod desk;
mod door;
mod errors;
mod manners;
mod matrix;
mod reads;
mod rules;
mod traps;

use axum::http::Method;
use serde_json::Value;

use crate::stand_ins::Rig;
use crate::stand_ins::akkeris::{World, router};
use crate::support::plain::{self, Came};

/// A running stand-in with the small world.
pub(super) struct Akkeris {
    pub(super) rig: Rig<World>,
    pub(super) url: String,
}

impl std::ops::Deref for Akkeris {
    type Target = Rig<World>;

    fn deref(&self) -> &Rig<World> {
        &self.rig
    }
}

impl Akkeris {
    pub(super) async fn start() -> Self {
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", World::small(), router()).await.unwrap();
        Self { rig, url }
    }

    /// The id of an add-on by the name of its owner's row.
    pub(super) fn id(&self, name: &str) -> String {
        self.world(|world| world.addon(name).id.clone())
    }

    /// A request as it stands, with a good token.
    async fn ask(&self, method: Method, target: &str, body: &str) -> Came {
        self.ask_as("Bearer t0psecret", method, target, body).await
    }

    async fn ask_as(&self, authorization: &str, method: Method, target: &str, body: &str) -> Came {
        let headers = [("authorization", authorization), ("content-type", "application/json")];
        plain::send(&self.url, method, target, &headers, body).await.unwrap()
    }

    async fn get(&self, target: &str) -> Value {
        let came = self.ask(Method::GET, target, "").await;
        assert_eq!(came.status, 200, "{target}: {came:?}");
        came.json()
    }

    /// A write that is taken.
    async fn write(&self, method: Method, target: &str, body: Value) -> Value {
        let came = self.ask(method, target, &body.to_string()).await;
        assert!((200..300).contains(&came.status), "{target}: {came:?}");
        came.json()
    }

    /// A request that is refused with a bare sentence.
    async fn refused(&self, method: Method, target: &str, body: Value) -> (u16, String) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let came = self.ask(method, target, &body).await;
        assert!(came.status >= 400, "{target}: {came:?}");
        assert_eq!(came.header("content-type"), Some("application/json; charset=utf-8"), "{came:?}");
        assert!(serde_json::from_slice::<Value>(&came.body).is_err(), "a bare sentence: {came:?}");
        (came.status, came.text().to_owned())
    }
}
