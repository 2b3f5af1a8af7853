//! What somebody may have meant who wrote something else.

use crate::model::printable;

/// Words that are less alike than this are other words.
const LIKENESS: f64 = 0.55;

/// The one of `known` that is most like `word`, if any is like it.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let likeness = |candidate: &str| strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase());
    known
        .into_iter()
        // What was begun is meant, too: `prod` is production.
        .map(|candidate| {
            let is_begun = word.chars().count() >= 3 && candidate.to_lowercase().starts_with(&word);
            (if is_begun { 1.0 } else { likeness(candidate) }, candidate)
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

/// ` Did you mean X?`, or nothing.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |found| format!(" Did you mean {}?", printable(found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        const KEYS: [&str; 4] = ["platform", "endpoint", "token_env", "token_file"];
        assert_eq!(nearest("platfrom", KEYS), Some("platform"));
        assert_eq!(nearest("Endpiont", KEYS), Some("endpoint"));
        assert_eq!(nearest("tokenfile", KEYS), Some("token_file"));
        assert_eq!(nearest("prod", ["none", "production"]), Some("production"));
        assert_eq!(nearest("colour", KEYS), None);
        assert_eq!(did_you_mean("colour", KEYS), "");
    }
}
