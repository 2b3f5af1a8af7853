//! From what the configuration lists to what may be entered.

use crate::app::ProfileChoice;
use crate::config::{Listed, Listing, Offered, Profile, Token};
use crate::model::{Danger, ProfileName, ReadOnly};
use crate::platform::words;

/// The profiles that may be entered: those of the configuration by name, then the credentials that were found and that no
/// profile names. The one that is entered is always among them. `is_flagged` says that nothing is written in this run.
pub fn choices(listing: &Listing, entered: &Profile, is_flagged: bool) -> Vec<ProfileChoice> {
    let mut choices: Vec<ProfileChoice> = listing.profiles.iter().map(of_profile).collect();
    for offered in &listing.offered {
        let mut choice = of_offered(offered);
        if choices.iter().any(|other| other.name == choice.name) {
            let name = &choice.name;
            choice.trouble =
                Some(format!("A profile is called {name}, too: write this one a profile of another name."));
        }
        choices.push(choice);
    }
    for choice in &mut choices {
        if is_flagged && choice.read_only != Some(ReadOnly::Found) {
            choice.read_only = Some(ReadOnly::Flag);
        }
    }
    let shown = of_entered(entered);
    let is_it = |choice: &ProfileChoice| {
        (&choice.name, &choice.endpoint, choice.words.platform) == (&shown.name, &shown.endpoint, shown.words.platform)
            && (choice.read_only == Some(ReadOnly::Found)) == (shown.read_only == Some(ReadOnly::Found))
    };
    if let Some(known) = choices.iter_mut().find(|choice| is_it(choice)) {
        *known = shown;
        return choices;
    }
    for choice in choices.iter_mut().filter(|choice| choice.name == shown.name) {
        let why = "What this dashboard was opened with is called the same: leave it, and open this one by --profile.";
        choice.trouble = Some(why.to_owned());
    }
    choices.insert(0, shown);
    choices
}

fn of_profile(listed: &Listed) -> ProfileChoice {
    ProfileChoice {
        name: ProfileName(listed.name.as_str().into()),
        words: words(listed.platform),
        endpoint: super::endpoint(&listed.endpoint),
        account: listed.account(),
        danger: listed.danger,
        backup_max_age: listed.backup_max_age,
        read_only: listed.read_only,
        trouble: match &listed.token {
            Token::From(source, Some(what)) => Some(format!("Its token comes from {source}, {what}.")),
            Token::Missing(why) => Some(format!("It has no token. {why}")),
            Token::NotNeeded | Token::From(_, None) => None,
        },
    }
}

fn of_offered(offered: &Offered) -> ProfileChoice {
    ProfileChoice {
        name: ProfileName(offered.platform.name().into()),
        words: words(offered.platform),
        endpoint: offered.endpoint.clone(),
        account: offered.account(),
        danger: Danger::Production,
        backup_max_age: offered.backup_max_age,
        read_only: Some(ReadOnly::Found),
        trouble: None,
    }
}

fn of_entered(profile: &Profile) -> ProfileChoice {
    ProfileChoice {
        name: profile.name.clone(),
        words: words(profile.platform),
        endpoint: super::endpoint(&profile.endpoint),
        account: profile.account(),
        danger: profile.danger,
        backup_max_age: profile.backup_max_age,
        read_only: profile.read_only,
        trouble: None,
    }
}
