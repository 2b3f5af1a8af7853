//! The object store that download links lead to: its own port, and no token beside the signature.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;

use super::world::PLANTED;

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    /// Whether every link has run out.
    pub(crate) is_expired: bool,
    /// Whether it sends on to another path, as a store that has moved does.
    pub(crate) redirects: bool,
}

impl crate::stand_ins::World for Store {
    fn advance(&mut self, _: u32) {}
}

/// The store.
pub(crate) fn router() -> Router<Arc<Mutex<Store>>> {
    Router::new().fallback(answer)
}

/// The link to a backup of that size: a secret by itself.
pub(super) fn link(store: &str, file: &str, id: &str, size: u64) -> String {
    format!("{store}/orkestr-backups/{id}/{size}/{file}?X-Amz-Expires=900&X-Amz-Signature={PLANTED}")
}

/// The bytes of a backup of that size.
pub(crate) fn bytes(size: u64) -> Vec<u8> {
    let start = b"PGDMP\x01\x0e\x00";
    (0..usize::try_from(size).unwrap()).map(|at| start.get(at).copied().unwrap_or((at % 251) as u8)).collect()
}

async fn answer(State(store): State<Arc<Mutex<Store>>>, request: Request) -> Response {
    let store = store.lock().unwrap().clone();
    let xml = |status: u16, code: &str| {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
        Response::builder().status(status).header("content-type", "application/xml").body(body.into()).unwrap()
    };
    // As an object store does, which takes one of the two.
    if request.headers().contains_key("authorization") {
        return xml(400, "InvalidArgument");
    }
    let query = request.uri().query().unwrap_or_default();
    if !query.contains(&format!("X-Amz-Signature={PLANTED}")) {
        return xml(403, "SignatureDoesNotMatch");
    }
    if store.is_expired {
        return xml(403, "AccessDenied");
    }
    let path = request.uri().path();
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["", "orkestr-backups", ..] if store.redirects => {
            let to = format!("/moved{path}?{query}");
            Response::builder().status(307).header("location", to).body("".into()).unwrap()
        }
        ["", "orkestr-backups", _, size, file] | ["", "moved", "orkestr-backups", _, size, file] => {
            let Ok(size) = size.parse() else { return xml(404, "NoSuchKey") };
            let name = format!("attachment; filename=\"{file}\"");
            let response = Response::builder().header("content-type", "application/octet-stream");
            response.header("content-disposition", name).body(bytes(size).into()).unwrap()
        }
        _ => xml(404, "NoSuchKey"),
    }
}

/// One that serves until the program ends; its URL.
#[cfg(not(test))]
pub(crate) fn by_hand() -> String {
    let starting = crate::stand_ins::Rig::on_tcp("127.0.0.1:0", Store::default(), router());
    let (rig, url) = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(starting)).unwrap();
    std::mem::forget(rig);
    url
}
