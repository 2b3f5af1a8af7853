//! What a project is deployed as, where a platform has several of them (orkestr).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Known, Work};

/// One environment of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// The platform's id.
    pub id: String,
    /// The name people use.
    pub name: String,
    /// The branch that it is deployed from, where told.
    pub branch: Option<String>,
    /// Where it is served, where told.
    pub domain: Option<String>,
    /// Whether it is the one that customers use.
    pub is_production: bool,
    /// Whether a push deploys it; `None` where that is not told.
    pub deploys_itself: Option<bool>,
    /// The platform's own word for how it stands; empty where it has none.
    pub state_word: String,
    /// Its newest deployment, where one is known.
    pub newest: Option<Work>,
    /// When the deployment that serves now was begun; nothing inside where none ever was live.
    pub live_since: Known<Option<Timestamp>>,
}

/// Whether what runs in an environment has an add-on's variables. Derived, not told: variables are given to a container when it
/// is made, so one that was made before the add-on was has none of them (orkestr's page on add-ons).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// What runs was deployed after the add-on was made.
    Injected,
    /// What runs is older than the add-on: it has to be deployed again.
    Pending,
    /// Nothing runs that could have it.
    NotDeployed,
    /// It can't be derived; why.
    Unknown(String),
}

impl Injection {
    /// In words that say that nobody told so.
    pub fn words(&self) -> String {
        match self {
            Injection::Injected => "injected (derived)".to_owned(),
            Injection::Pending => "not yet injected: redeploy (derived)".to_owned(),
            Injection::NotDeployed => "not deployed (derived)".to_owned(),
            Injection::Unknown(why) => format!("unknown: {why}"),
        }
    }

    /// The one word, for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Injection::Injected => "injected",
            Injection::Pending => "pending",
            Injection::NotDeployed => "not_deployed",
            Injection::Unknown(_) => "unknown",
        }
    }
}

impl Environment {
    /// Whether what runs here has the variables of an add-on that was made then.
    pub fn injection(&self, addon_created_at: Option<Timestamp>) -> Injection {
        match (&self.live_since, addon_created_at) {
            (Known::Unknown(why), _) => Injection::Unknown(why.to_string()),
            (Known::Is(None), _) => Injection::NotDeployed,
            (Known::Is(Some(_)), None) => {
                Injection::Unknown("the platform does not tell when the add-on was made".to_owned())
            }
            (Known::Is(Some(live)), Some(made)) if *live > made => Injection::Injected,
            (Known::Is(Some(_)), Some(_)) => Injection::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_deployed_after_the_add_on_was_made_has_its_variables() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let environment = |live_since| Environment {
            id: "e1".into(),
            name: "production".into(),
            branch: None,
            domain: None,
            is_production: true,
            deploys_itself: None,
            state_word: String::new(),
            newest: None,
            live_since,
        };
        let of = |live, made| environment(Known::Is(live)).injection(made);
        assert_eq!(of(Some(at(20)), Some(at(10))), Injection::Injected);
        assert_eq!(of(Some(at(10)), Some(at(10))), Injection::Pending, "when in doubt, it is not there");
        assert_eq!(of(Some(at(9)), Some(at(10))), Injection::Pending);
        assert_eq!(of(None, Some(at(10))), Injection::NotDeployed);
        assert!(matches!(of(Some(at(9)), None), Injection::Unknown(_)));
        assert!(matches!(environment(Known::Unknown("x".into())).injection(Some(at(1))), Injection::Unknown(_)));
    }
}
