//! The ways into the profiles: one client each, made when it is first needed, and the same for whoever looks and whoever has
//! entered. So one rate budget, one set of remembered tags and one clock serve both.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, Semaphore};

use crate::config::Profile;
use crate::model::ProfileName;
use crate::platform::{Connection, ReadError, ReadErrorKind};

/// How a profile is come into. Everything here may take its time, as a program does that tells a token: it is asked off the
/// loop's thread, and never before the first frame.
pub trait Ways: Send + Sync {
    /// The profile of that name, with its token.
    ///
    /// # Errors
    /// A sentence: why it can't be had.
    fn find(&self, name: &ProfileName) -> Result<Profile, String>;

    /// Makes the client of a profile. Nothing is sent.
    ///
    /// # Errors
    /// A sentence: why there is none.
    fn connect(&self, profile: &Profile) -> Result<Connection, String>;

    /// Gets ready what is entered; what is only looked at is taken as it stands. The embedded platform is started, unless it
    /// runs.
    ///
    /// # Errors
    /// A sentence: every read fails with it.
    fn wake(&self, profile: &Profile) -> Result<(), String>;
}

/// Reads of one profile that is looked at, at once: few, so that those of the entered one come through.
const LOOKS_AT_ONCE: usize = 3;
/// A token that could not be had is not asked for again by looking before so long: a program is run for it, perhaps.
const AGAIN: Duration = Duration::from_secs(60);

/// A profile with its client.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) profile: Profile,
    pub(super) connection: Connection,
}

/// One profile's client, once somebody needed it.
struct Held {
    /// The profile, where it was found already.
    known: Option<Profile>,
    way: OnceCell<Way>,
    /// Why there was none, the last time.
    failed: Mutex<Option<(Instant, String)>>,
    looks: Arc<Semaphore>,
}

impl Held {
    fn new(known: Option<Profile>) -> Self {
        let looks = Arc::new(Semaphore::new(LOOKS_AT_ONCE));
        Self { known, way: OnceCell::new(), failed: Mutex::new(None), looks }
    }
}

/// All ways. Cloning it is cheap; the clients are shared.
#[derive(Clone)]
pub(super) struct Lines {
    ways: Arc<dyn Ways>,
    held: Arc<Mutex<HashMap<ProfileName, Arc<Held>>>>,
}

impl Lines {
    /// With no client yet. One profile was found already.
    pub(super) fn new(ways: Arc<dyn Ways>, known: Profile) -> Self {
        let held = HashMap::from([(known.name.clone(), Arc::new(Held::new(Some(known))))]);
        Self { ways, held: Arc::new(Mutex::new(held)) }
    }

    /// The way into a profile that is entered. One that was not to be had is looked for again.
    ///
    /// # Errors
    /// A sentence: why there is none.
    pub(super) async fn enter(&self, name: &ProfileName) -> Result<Way, String> {
        self.way(&self.held(name), name).await
    }

    /// Gets ready what was entered.
    ///
    /// # Errors
    /// A sentence: every read fails with it.
    pub(super) async fn wake(&self, profile: Profile) -> Result<(), String> {
        let ways = Arc::clone(&self.ways);
        off_thread(move || ways.wake(&profile)).await
    }

    /// Does something with the way into a profile that is only looked at, when its turn has come.
    ///
    /// # Errors
    /// Where there is no way.
    pub(super) async fn look<T>(
        &self,
        name: &ProfileName,
        read: impl AsyncFnOnce(Connection) -> T,
    ) -> Result<T, ReadError> {
        let unreachable = |why: String| ReadError::new(ReadErrorKind::Unreachable, why);
        let held = self.held(name);
        // It is never closed; without a permit the read would only be less polite.
        let _permit = Arc::clone(&held.looks).acquire_owned().await;
        let failed = held.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, why)) = failed.filter(|(at, _)| at.elapsed() < AGAIN && !held.way.initialized()) {
            return Err(unreachable(why));
        }
        let way = self.way(&held, name).await.map_err(unreachable)?;
        Ok(read(way.connection).await)
    }

    fn held(&self, name: &ProfileName) -> Arc<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(held.entry(name.clone()).or_insert_with(|| Arc::new(Held::new(None))))
    }

    /// The client, made by whoever comes first; who comes meanwhile waits for it.
    async fn way(&self, held: &Held, name: &ProfileName) -> Result<Way, String> {
        let made = held.way.get_or_try_init(|| {
            let (ways, name, known) = (Arc::clone(&self.ways), name.clone(), held.known.clone());
            off_thread(move || {
                let profile = known.map_or_else(|| ways.find(&name), Ok)?;
                let connection = ways.connect(&profile)?;
                Ok(Way { profile, connection })
            })
        });
        let made = made.await.cloned();
        let failed = made.as_ref().err().map(|why| (Instant::now(), why.clone()));
        *held.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        made
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Told by the panic hook already; the loop must hear of it too.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(format!("The profile could not be entered: {error}.")),
    }
}

/// Profiles as they are known, with nothing to find and nothing to start.
#[cfg(test)]
pub(super) struct Plain;

#[cfg(test)]
impl Ways for Plain {
    fn find(&self, name: &ProfileName) -> Result<Profile, String> {
        Err(format!("There is no profile {name}."))
    }

    fn connect(&self, profile: &Profile) -> Result<Connection, String> {
        crate::platform::connect(profile, crate::platform::Settings::watched()).map_err(|error| error.to_string())
    }

    fn wake(&self, _: &Profile) -> Result<(), String> {
        Ok(())
    }
}
