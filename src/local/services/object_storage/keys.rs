//! Random names and secrets, all from the operating system's generator.

use rand::Rng as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use rand::seq::IndexedRandom as _;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn random(alphabet: &[u8], length: usize) -> String {
    let mut rng = UnwrapErr(SysRng);
    (0..length).filter_map(|_| alphabet.choose(&mut rng)).map(|byte| char::from(*byte)).collect()
}

/// An access key: 20 upper-case letters and digits.
pub(super) fn access_key() -> String {
    random(UPPER, 20)
}

/// A secret key: 40 letters and digits, none of which needs quoting in a URL or a shell.
pub(super) fn secret_key() -> String {
    random(MIXED, 40)
}

/// A bucket's name: the add-on's, and a part that keeps a later add-on of the same name apart.
pub(super) fn bucket_name(addon_name: &str) -> String {
    format!("{addon_name}-{}", random(LOWER, 6))
}

/// A name for a file or an upload that nobody can guess or choose.
pub(super) fn random_hex() -> String {
    let mut bytes = [0_u8; 16];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    hex(&bytes)
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal text.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_form_that_clients_expect() {
        let (access, secret) = (access_key(), secret_key());
        assert_eq!((access.len(), secret.len()), (20, 40));
        assert!(access.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
        assert!(secret.chars().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(secret, secret_key());
    }

    #[test]
    fn the_shortest_and_longest_names_make_valid_buckets() {
        use s3s::validation::{AwsNameValidation, NameValidation as _};
        for name in ["a", &"n".repeat(40), "uploads"] {
            assert!(AwsNameValidation::new().validate_bucket_name(&bucket_name(name)));
        }
    }

    #[test]
    fn hexadecimal_comes_back() {
        assert_eq!(unhex(&hex(b"a/\xff\0")).unwrap(), b"a/\xff\0");
        assert_eq!((unhex("abc"), unhex("zz"), unhex("éa")), (None, None, None));
    }
}
