//! Public URLs of backups: an object store, which takes no token beside the signature.

use super::super::exchange::{Ask, Content, Reply};
use super::super::world::{Heroku, PLANTED};

/// The bytes of a backup of that size.
pub(crate) fn bytes(size: u64) -> Vec<u8> {
    let start = b"PGDMP\x01\x0e\x00";
    (0..usize::try_from(size).unwrap()).map(|at| start.get(at).copied().unwrap_or((at % 251) as u8)).collect()
}

pub(in crate::stand_ins::heroku) fn answer(world: &Heroku, ask: &Ask) -> Reply {
    let xml = |status, code: &str| {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
        Reply::new(status, Content::Bytes(body.into_bytes().into())).with("server", "AmazonS3")
    };
    // As an object store does, which would otherwise take one of the two.
    if ask.header("authorization").is_some() {
        return xml(400, "InvalidArgument");
    }
    if !ask.query.as_deref().is_some_and(|query| query.contains(&format!("X-Amz-Signature={PLANTED}"))) {
        return xml(403, "AccessDenied");
    }
    let found = ask.path.get(1).and_then(|uuid| world.transfers.iter().find(|one| one.uuid == *uuid));
    match found {
        Some(one) => Reply::new(200, Content::Bytes(bytes(one.processed).into())).with("server", "AmazonS3"),
        None => xml(404, "NoSuchKey"),
    }
}
