//! Names of add-ons and apps, as Watasu and the local platform take them, and labels of backups.

/// The rule in words, for errors and forms.
pub const NAME_RULE: &str = "1 to 40 lower-case letters, digits and hyphens, starting with a letter, with no hyphen at the end and none doubled";

/// The longest label of a backup, in characters.
pub const LONGEST_LABEL: usize = 60;

const ADJECTIVES: [&str; 32] = [
    "amber", "autumn", "bold", "brisk", "calm", "clear", "cobalt", "crisp", "dawn", "early", "fair", "fleet", "gentle",
    "golden", "granite", "hazel", "ivory", "keen", "lively", "lunar", "mellow", "misty", "noble", "polar", "quiet",
    "rapid", "silver", "solar", "steady", "tidal", "violet", "winter",
];

const NOUNS: [&str; 32] = [
    "badger", "beacon", "brook", "canyon", "cedar", "comet", "crane", "delta", "ember", "falcon", "fjord", "garden",
    "glacier", "harbor", "heron", "island", "juniper", "lantern", "lynx", "maple", "meadow", "otter", "pebble", "pine",
    "quarry", "raven", "river", "sparrow", "spruce", "summit", "tundra", "willow",
];

/// Checks the name of an add-on or app; `what` is `"add-on"` or `"app"`.
///
/// # Errors
/// A sentence that says the rule.
pub fn check_name(what: &str, name: &str) -> Result<(), String> {
    let is_good = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--");
    if is_good {
        return Ok(());
    }
    Err(format!("{:?} can't be the name of an {what}: a name is {NAME_RULE}.", super::printable(name)))
}

/// Checks the label of a backup: 1 to 60 characters that can be printed, with no space around them.
///
/// # Errors
/// A sentence that says the rule.
pub fn check_label(label: &str) -> Result<(), String> {
    let is_printable = super::printable(label) == label && label.trim() == label;
    if is_printable && (1..=LONGEST_LABEL).contains(&label.chars().count()) {
        return Ok(());
    }
    let shown: String = super::printable(label).chars().take(LONGEST_LABEL).collect();
    Err(format!(
        "{shown:?} can't be the label of a backup: a label is 1 to {LONGEST_LABEL} printable characters, with no space before or after them."
    ))
}

/// A name such as `postgresql-calm-otter-4821`. We choose it before the request leaves, so that the add-on can be found
/// again when the reply is lost; `random` therefore makes clashes with earlier choices unlikely.
pub fn suggest_name(service: &str, random: u32) -> String {
    let pick = |words: &[&'static str; 32], shift: u32| words[(random >> shift) as usize & 31];
    let service: String = service.chars().take(19).collect();
    format!("{service}-{}-{}-{:04}", pick(&ADJECTIVES, 0), pick(&NOUNS, 5), (random >> 10) % 10_000)
}

/// A name that says what it is of, such as `orders-restored`, or `orders-restored-2` where that is taken; `None` where a
/// hundred are. `longest` is how many characters the platform takes.
pub fn free_name(of: &str, end: &str, longest: usize, is_taken: impl Fn(&str) -> bool) -> Option<String> {
    const ENOUGH: usize = 100;
    let named = |number: usize| {
        let end = if number < 2 { format!("-{end}") } else { format!("-{end}-{number}") };
        let start: String = of.chars().take(longest.saturating_sub(end.len())).collect();
        format!("{}{end}", start.trim_end_matches('-'))
    };
    (1..=ENOUGH).map(named).find(|name| !is_taken(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_holds_for_good_names_only() {
        for good in ["a", "billing", "postgresql-calm-otter", "a1-b2", &"a".repeat(40)] {
            assert!(check_name("add-on", good).is_ok(), "{good}");
        }
        for bad in ["", "A", "1a", "-a", "a-", "a--b", "a_b", "../x", "a b", "ä", &"a".repeat(41)] {
            let sentence = check_name("app", bad).unwrap_err();
            assert!(sentence.contains("lower-case letters"), "{sentence}");
        }
    }

    #[test]
    fn a_label_is_one_short_printable_line() {
        for good in ["broken state", "ü", "before v57 (INC-4711)", &"a".repeat(60)] {
            assert!(check_label(good).is_ok(), "{good}");
        }
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{1b}[31m", "a\u{202e}b", &"a".repeat(61)] {
            let sentence = check_label(bad).unwrap_err();
            assert!(sentence.contains("1 to 60 printable characters") && !sentence.contains('\u{1b}'), "{sentence}");
        }
    }

    #[test]
    fn a_free_name_says_what_it_is_of_and_is_never_too_long() {
        assert_eq!(free_name("orders", "restored", 40, |_| false).as_deref(), Some("orders-restored"));
        let taken = ["orders-restored", "orders-restored-2"];
        assert_eq!(
            free_name("orders", "restored", 40, |name| taken.contains(&name)).as_deref(),
            Some("orders-restored-3")
        );
        // Akkeris takes 22 characters.
        assert_eq!(
            free_name("postgresql-calm-otter", "restored", 22, |_| false).as_deref(),
            Some("postgresql-ca-restored")
        );
        assert_eq!(free_name("a-very-long-name", "drill", 13, |_| false).as_deref(), Some("a-very-drill"));
        assert_eq!(free_name("orders", "restored", 40, |_| true), None);
    }

    #[test]
    fn every_suggestion_keeps_the_rule() {
        for random in (0..u32::MAX).step_by(9_999_991) {
            for service in ["postgresql", "valkey", "object-storage", "a-service-with-a-very-long-name"] {
                check_name("add-on", &suggest_name(service, random)).unwrap();
            }
        }
    }
}
