//! Several worlds in one process: the server's own at `/`, and those that clients make at `/w/NAME`, one for each test.
//!
//! | request | does |
//! | --- | --- |
//! | `PUT /w/NAME` | makes the world that the body declares, in JSON or TOML, or that a snapshot holds; an empty body makes an empty one |
//! | `DELETE /w/NAME` | forgets it |
//! | `POST /w/NAME/reset` | makes it what it was at first |
//! | `GET /w/NAME/snapshot` | all of it, secrets included, for `PUT` |
//! | `POST /w/NAME/advance` | moves its clock on by the seconds in the body: sessions end, dates in policies come; signatures are checked at the real time |
//! | `GET /w` | their names |
//!
//! Everything else under `/w/NAME` is that world's API.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::metrics::Metrics;
use super::reply;
use crate::decisions::{Decisions, Room};
use crate::world::{Change, Notation, World};
use crate::{DeclarationError, Endpoint};

/// Worlds cost memory, and tests that forget to delete theirs should hear of it.
const MOST_WORLDS: usize = 1_000;
/// The most bytes of what named worlds were made from, together: each byte costs some twenty of memory.
const MOST_BYTES: usize = 16 << 20;
const LONGEST_NAME: usize = 128;
const SNAPSHOT: &str = "countersign.world/1";

/// The server's worlds.
pub(super) struct Worlds {
    own: Arc<Place>,
    named: RwLock<BTreeMap<String, NamedWorld>>,
    pub(super) metrics: Arc<Metrics>,
}

/// A world behind its API, and what was decided there.
pub(super) struct Place {
    pub(super) endpoint: Endpoint,
    pub(super) decisions: Decisions,
}

struct NamedWorld {
    place: Arc<Place>,
    first: World,
    /// How long the body was that made it.
    bytes: usize,
}

/// Where a request goes.
pub(super) enum Route {
    /// To a world, for the path `rest` there.
    Place { place: Arc<Place>, rest: String },
    /// To [`Worlds::manage`].
    Manage(Errand),
    /// Nowhere.
    Answered(Response<Full<Bytes>>),
}

/// What is to be done to a world, and to which.
pub(super) enum Errand {
    Make(String),
    Forget(String),
    Reset(String),
    Advance(String),
    Snapshot(String),
    List,
}

/// A whole world as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    schema: String,
    changes: Vec<Change>,
}

/// What tells a snapshot from a declaration.
#[derive(Deserialize)]
struct Marked {
    schema: Option<String>,
}

impl Worlds {
    pub(super) fn new(own: Endpoint) -> Self {
        let own = Arc::new(Place { endpoint: own, decisions: Decisions::new(Room::OWN) });
        Self { own, named: RwLock::default(), metrics: Arc::default() }
    }

    /// The server's metrics, which its own world shows and no other.
    pub(super) fn metrics_of(&self, place: &Arc<Place>) -> Option<&Metrics> {
        Arc::ptr_eq(place, &self.own).then_some(&*self.metrics)
    }

    pub(super) fn route(&self, method: &Method, path: &str) -> Route {
        let Some(named) = path.strip_prefix("/w").filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            return Route::Place { place: Arc::clone(&self.own), rest: path.to_owned() };
        };
        let named = named.trim_start_matches('/');
        let (name, rest) = named.split_once('/').unwrap_or((named, ""));
        if name.is_empty() {
            return match *method {
                Method::GET => Route::Manage(Errand::List),
                _ => Route::Answered(reply::method_not_allowed("GET")),
            };
        }
        let name = name.to_owned();
        match (method.as_str(), rest) {
            ("PUT", "") => Route::Manage(Errand::Make(name)),
            ("DELETE", "") => Route::Manage(Errand::Forget(name)),
            ("POST", "reset") => Route::Manage(Errand::Reset(name)),
            ("POST", "advance") => Route::Manage(Errand::Advance(name)),
            ("GET", "snapshot") => Route::Manage(Errand::Snapshot(name)),
            (_, "reset" | "advance") => Route::Answered(reply::method_not_allowed("POST")),
            (_, "snapshot") => Route::Answered(reply::method_not_allowed("GET")),
            (_, rest) => match self.named().get(&name) {
                Some(world) => Route::Place { place: Arc::clone(&world.place), rest: format!("/{rest}") },
                // Whoever calls the API reads its errors.
                None => Route::Answered(reply::api_refusal(&absent(&name))),
            },
        }
    }

    pub(super) fn manage(&self, errand: &Errand, body: &[u8]) -> Response<Full<Bytes>> {
        match errand {
            Errand::List => reply::json(StatusCode::OK, &self.named().keys().collect::<Vec<_>>()),
            Errand::Make(name) => self.make(name, body),
            Errand::Forget(name) => match self.named_mut().remove(name) {
                Some(_) => reply::empty(),
                None => unknown(name),
            },
            Errand::Reset(name) => match self.named().get(name) {
                Some(world) => match world.place.endpoint.replace_world(world.first.clone()) {
                    Ok(()) => reply::empty(),
                    Err(error) => reply::text(StatusCode::CONFLICT, &error.to_string()),
                },
                None => unknown(name),
            },
            Errand::Advance(name) => match (self.named().get(name), seconds(body)) {
                (Some(world), Some(seconds)) => {
                    world.place.endpoint.advance(seconds);
                    reply::empty()
                }
                (Some(_), None) => reply::text(StatusCode::BAD_REQUEST, "the body is a number of seconds"),
                (None, _) => unknown(name),
            },
            Errand::Snapshot(name) => match self.named().get(name) {
                Some(world) => {
                    let changes = world.place.endpoint.world().changes();
                    reply::json(StatusCode::OK, &Snapshot { schema: SNAPSHOT.to_owned(), changes })
                }
                None => unknown(name),
            },
        }
    }

    fn make(&self, name: &str, body: &[u8]) -> Response<Full<Bytes>> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.len() > LONGEST_NAME || !name.chars().all(fits) || name.chars().all(|c| c == '.') {
            let text = "the name of a world has at most 128 letters, digits, `.`, `_` and `-`, and not dots alone";
            return reply::text(StatusCode::BAD_REQUEST, text);
        }
        let world = match read(body, World::new(self.own.endpoint.strictness())) {
            Ok(world) => world,
            Err(text) => return reply::text(StatusCode::BAD_REQUEST, &text),
        };
        let mut named = self.named_mut();
        if named.len() >= MOST_WORLDS && !named.contains_key(name) {
            let text = format!("there are {MOST_WORLDS} worlds already: delete those that are done with");
            return reply::text(StatusCode::CONFLICT, &text);
        }
        let others = named.iter().filter(|(other, _)| *other != name).map(|(_, world)| world.bytes).sum::<usize>();
        if others + body.len() > MOST_BYTES {
            let text = format!("worlds may be made from {MOST_BYTES} bytes together: delete those that are done with");
            return reply::text(StatusCode::CONFLICT, &text);
        }
        let endpoint = self.own.endpoint.beside(world.clone(), format!("/w/{name}"));
        let place = Arc::new(Place { endpoint, decisions: Decisions::new(Room::NAMED) });
        let status = match named.insert(name.to_owned(), NamedWorld { place, first: world, bytes: body.len() }) {
            Some(_) => StatusCode::OK,
            None => StatusCode::CREATED,
        };
        reply::json(status, &serde_json::json!({ "name": name, "path": format!("/w/{name}") }))
    }

    fn named(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, NamedWorld>> {
        self.named.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn named_mut(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, NamedWorld>> {
        self.named.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(name: &str) -> Response<Full<Bytes>> {
    reply::text(StatusCode::NOT_FOUND, &absent(name))
}

fn absent(name: &str) -> String {
    // Names in a path hold no blanks or control characters: hyper has refused those.
    format!("there is no world `{name}`: make it by PUT /w/{name}")
}

/// The world in a body: a snapshot, or a declaration. `empty` is what it starts from.
fn read(body: &[u8], mut empty: World) -> Result<World, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the world is not UTF-8".to_owned())?;
    if text.trim().is_empty() {
        return Ok(empty);
    }
    if !text.trim_start().starts_with('{') {
        return World::declared(text, Notation::Toml, empty.strictness()).map_err(told);
    }
    if matches!(serde_json::from_str(text), Ok(Marked { schema: Some(_) })) {
        let told = |error| format!("the snapshot cannot be read: {error}");
        let snapshot: Snapshot = serde_json::from_str(text).map_err(told)?;
        if snapshot.schema != SNAPSHOT {
            return Err(format!("a snapshot has the schema `{SNAPSHOT}`"));
        }
        snapshot.changes.into_iter().for_each(|change| empty.apply(change));
        return Ok(empty);
    }
    World::declared(text, Notation::Json, empty.strictness()).map_err(told)
}

fn seconds(body: &[u8]) -> Option<u32> {
    std::str::from_utf8(body).ok()?.trim().parse().ok()
}

fn told(error: DeclarationError) -> String {
    error.to_string()
}
