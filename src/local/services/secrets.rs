//! Secrets and names that drivers choose for a new add-on.

use rand::RngExt;
use rand::distr::Alphanumeric;
use secrecy::SecretString;

/// Letters and digits only, so that it needs no quoting in URLs, config files and shells: 190 bits in 32 characters.
const PASSWORD_LENGTH: usize = 32;

/// A password by the system's own random numbers.
pub fn password() -> SecretString {
    let text: String = rand::rng().sample_iter(Alphanumeric).take(PASSWORD_LENGTH).map(char::from).collect();
    SecretString::from(text)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn passwords_are_long_plain_and_never_the_same() {
        let (one, other) = (password(), password());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 32);
        assert!(one.expose_secret().chars().all(|c| c.is_ascii_alphanumeric()));
    }
}
