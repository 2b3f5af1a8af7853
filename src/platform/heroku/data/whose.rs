//! Which database a transfer is of. It tells by which name the database was known to its app then, and names move: who has one
//! now is told by the attachments, and who had it before by the releases that moving it made.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::wire::Transfer;
use crate::model::{Release, Text};
use crate::platform::heroku::core::Place;
use crate::platform::heroku::services::Kind;

/// How names begin that Heroku gives by itself; transfers leave it out (CLI's tables: `ONYX`, `DATABASE`).
const OWN_PREFIX: &str = "HEROKU_POSTGRESQL_";
/// Two servers write these times, and one of them in whole seconds.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

fn is_called(one: &str, name: &str) -> bool {
    one == name || one.strip_prefix(OWN_PREFIX) == Some(name)
}

/// What releases tell of names: `Attach DATABASE (@ref:postgresql-round-1)`, and `Detach …`.
#[derive(Debug, Default)]
pub(in crate::platform::heroku) struct Moves(Vec<Move>);

#[derive(Debug)]
struct Move {
    at: Timestamp,
    version: u64,
    is_attach: bool,
    name: String,
    addon: String,
}

impl Moves {
    /// Of an app's releases.
    pub(in crate::platform::heroku) fn of(releases: &[Release]) -> Self {
        let one = |release: &Release| {
            let (verb, rest) = release.description.split_once(' ')?;
            let (name, addon) = rest.split_once(" (@ref:")?;
            let (addon, _) = addon.split_once(')')?;
            let is_attach = match verb {
                "Attach" => true,
                "Detach" => false,
                _ => return None,
            };
            Some(Move {
                at: release.created_at?,
                version: release.version,
                is_attach,
                name: name.to_owned(),
                addon: addon.to_owned(),
            })
        };
        let mut moves: Vec<Move> = releases.iter().filter_map(one).collect();
        // Moving a name makes two releases within one second.
        moves.sort_by_key(|one| (one.at, one.version));
        Self(moves)
    }

    /// The add-on that had a name at a time: it was attached last before, or is the first to lose it afterwards.
    fn holder(&self, name: &str, at: Timestamp) -> Option<&str> {
        let of_name = |one: &&Move| is_called(&one.name, name);
        let before = self.0.iter().rev().filter(of_name).find(|one| one.at <= at);
        match before {
            Some(one) if one.is_attach => Some(&one.addon),
            // Nobody had it.
            Some(_) => None,
            None => {
                let first = self.0.iter().filter(of_name).find(|one| one.at > at)?;
                (!first.is_attach).then_some(first.addon.as_str())
            }
        }
    }
}

/// The databases of one app, and how their names moved.
pub(in crate::platform::heroku) struct Whose<'a> {
    pub(in crate::platform::heroku) app: &'a str,
    places: Vec<&'a Place>,
    moves: Arc<Moves>,
}

impl<'a> Whose<'a> {
    pub(in crate::platform::heroku) fn new(app: &'a str, places: &'a [Arc<Place>], moves: Arc<Moves>) -> Self {
        let is_of = |place: &&Place| place.app == app && place.kind() == Kind::Postgres;
        Self { app, places: places.iter().map(Arc::as_ref).filter(is_of).collect(), moves }
    }

    /// The database that a transfer is of, where that is known.
    pub(in crate::platform::heroku) fn of(&self, transfer: &Transfer) -> Option<&'a Place> {
        let name = transfer.subject()?;
        let at = transfer.created_at;
        self.by_names(name, at).or_else(|| {
            let holder = self.moves.holder(name, at?)?;
            self.places.iter().find(|place| place.name == holder).copied()
        })
    }

    /// A name that moved is a new attachment: what is older was called so when the name was another's.
    fn by_names(&self, name: &str, at: Option<Timestamp>) -> Option<&'a Place> {
        let was_there = |since: Option<Timestamp>| {
            since.zip(at).is_none_or(|(since, at)| since.checked_sub(TOLERANCE).is_ok_and(|since| at >= since))
        };
        let by_name = |place: &&&Place| {
            let has = |(of, one, since): &(Text, Text, Option<Timestamp>)| {
                of == self.app && is_called(one, name) && was_there(*since)
            };
            place.name == name || place.id == name || place.names.iter().any(has)
        };
        let is_known = self
            .places
            .iter()
            .any(|place| place.names.iter().any(|(of, one, _)| of == self.app && is_called(one, name)));
        let mut found = self.places.iter().filter(by_name);
        match (found.next(), found.next(), self.places.as_slice()) {
            (Some(one), None, _) => Some(one),
            // Called by a name that nobody has: of the only database, if that was there already.
            (None, _, [only]) if !is_known && was_there(only.created_at) => Some(only),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn release(second: i64, description: &str) -> Release {
        let version = if description.starts_with("Detach") { 1 } else { 2 };
        Release { version, description: description.into(), by: None, created_at: Some(at(second)) }
    }

    #[test]
    fn who_had_a_name_is_told_by_the_releases_around_that_time() {
        let moves = Moves::of(&[
            release(100, "Attach DATABASE (@ref:one)"),
            release(200, "Detach DATABASE (@ref:one)"),
            release(200, "Attach DATABASE (@ref:two)"),
            release(300, "Detach DATABASE (@ref:two)"),
            release(150, "Deploy 3f9e2ab1"),
            release(400, "Detach HEROKU_POSTGRESQL_BLUE (@ref:three)"),
        ]);
        assert_eq!(moves.holder("DATABASE", at(150)), Some("one"));
        assert_eq!(moves.holder("DATABASE", at(250)), Some("two"));
        assert_eq!(moves.holder("DATABASE", at(350)), None, "nobody had it");
        assert_eq!(moves.holder("DATABASE", at(50)), None, "before it was attached");
        assert_eq!(moves.holder("BLUE", at(50)), Some("three"), "it lost it later");
        assert_eq!(moves.holder("PINK", at(50)), None);
    }
}
