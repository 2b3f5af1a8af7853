//! Whose requests a platform counts together, as far as the configuration tells.

use super::{Listed, Offered, Profile, Token, TokenSource};
use crate::model::AccountTag;

impl Profile {
    /// Whose budget it uses: that of all with the same endpoint and the same source of the credential.
    pub fn account(&self) -> AccountTag {
        tag(&self.endpoint.to_string(), self.token_source.as_ref())
    }
}

impl Listed {
    /// The same as of the profile that it stands for.
    pub fn account(&self) -> AccountTag {
        let source = match &self.token {
            Token::From(source, _) => Some(source),
            Token::NotNeeded | Token::Missing(_) => None,
        };
        tag(&self.endpoint.to_string(), source)
    }
}

impl Offered {
    /// The same as of the profile that it becomes.
    pub fn account(&self) -> AccountTag {
        tag(&self.endpoint, Some(&self.source))
    }
}

fn tag(endpoint: &str, source: Option<&TokenSource>) -> AccountTag {
    let source = match source {
        None => String::new(),
        // Two profiles that run the same program get the same token.
        Some(TokenSource::Command { command, .. }) => format!("{command:?}"),
        Some(source) => source.to_string(),
    };
    AccountTag(format!("{} {source}", endpoint.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_and_source_are_one_account() {
        let variable = |name: &str| TokenSource::Variable(name.to_owned());
        let command = |profile: &str, line: &str| TokenSource::Command {
            profile: profile.to_owned(),
            command: line.split(' ').map(str::to_owned).collect(),
        };
        let one = tag("https://api.heroku.com", Some(&variable("KEY")));
        assert_eq!(one, tag("https://api.heroku.com/", Some(&variable("KEY"))));
        assert_ne!(one, tag("https://api.heroku.com", Some(&variable("OTHER"))));
        assert_ne!(one, tag("https://heroku.example.com", Some(&variable("KEY"))));
        let of = |source: TokenSource| tag("https://api.heroku.com", Some(&source));
        assert_eq!(of(command("a", "pass show it")), of(command("b", "pass show it")), "the same token");
        assert_ne!(of(command("a", "pass show it")), of(command("a", "pass show other")));
    }
}
