//! How many add-ons there are and what they cost together, with what is not known of that. Unknown is never zero: a sum that
//! lacks something says so, and how much.

use std::collections::BTreeMap;

use super::{Addon, Catalog, Known, Price};

/// What an add-on costs: what this customer pays for it, or else the price of its plan; or why neither is known.
pub fn price_of(addon: &Addon, catalog: Option<&Catalog>) -> Known<Price> {
    if addon.price.get().is_some() {
        return addon.price.clone();
    }
    let plan = addon.plan.as_ref().and_then(|plan| catalog?.plan(&addon.service, plan));
    match plan.and_then(|plan| plan.price.get()) {
        Some(price) => Known::Is(price.clone()),
        None => addon.price.clone(),
    }
}

/// So many of one currency: `$412`, `$412.50`, `20 EUR`. Nothing is rounded.
pub fn amount(cents: u64, currency: &str) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    let number = if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") };
    if currency == "USD" { format!("${number}") } else { format!("{number} {currency}") }
}

/// What several add-ons come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// What is known of the price of a month, in hundredths, by the currency's ISO 4217 code.
    sums: BTreeMap<String, u64>,
    priced: usize,
    unpriced: usize,
    /// Whether some of it is of those that this machine has seen: the platform does not tell of others.
    is_of_seen: bool,
    /// How many profiles of it were never read.
    unread: usize,
}

impl Total {
    /// Counts an add-on in.
    pub fn add(&mut self, price: &Known<Price>) {
        match price {
            Known::Is(Price { cents_per_month, currency }) => {
                let sum = self.sums.entry(currency.to_string()).or_default();
                *sum = sum.saturating_add(*cents_per_month);
                self.priced += 1;
            }
            Known::Unknown(_) => self.unpriced += 1,
        }
    }

    /// Takes note that the add-ons of a profile are those that this machine has seen: there may be others.
    pub fn only_seen(&mut self) {
        self.is_of_seen = true;
    }

    /// Takes note of a profile of which nothing was ever read.
    pub fn unread(&mut self) {
        self.unread += 1;
    }

    /// Counts all of another total in.
    pub fn join(&mut self, other: &Total) {
        for (currency, cents) in &other.sums {
            let sum = self.sums.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(*cents);
        }
        self.priced += other.priced;
        self.unpriced += other.unpriced;
        self.is_of_seen |= other.is_of_seen;
        self.unread += other.unread;
    }

    /// How many add-ons were counted.
    pub fn addons(&self) -> usize {
        self.priced + self.unpriced
    }

    /// How many of them have a price that is not known.
    pub fn unpriced_addons(&self) -> usize {
        self.unpriced
    }

    /// The sums that are known, in hundredths a month, by the currency's ISO 4217 code.
    pub fn sums(&self) -> impl Iterator<Item = (&str, u64)> {
        self.sums.iter().map(|(currency, cents)| (currency.as_str(), *cents))
    }

    /// Whether nothing is missing from the sums.
    pub fn is_exact(&self) -> bool {
        self.unpriced == 0 && !self.is_of_seen && self.unread == 0
    }

    /// The price of it all in words: `≥ $412/mo, 7 unpriced`; with several currencies `$412/mo + 20 EUR/mo`. `at_least` is the
    /// sign for that there may be more, `≥` where it can be shown.
    pub fn price_words(&self, at_least: &str) -> String {
        // Nothing in one currency is not worth a word beside something in another one.
        let is_some = self.sums.values().any(|cents| *cents > 0);
        let sums: Vec<String> = self
            .sums
            .iter()
            .filter(|(_, cents)| **cents > 0 || !is_some)
            .map(|(currency, cents)| format!("{}/mo", amount(*cents, currency)))
            .take(if is_some { usize::MAX } else { 1 })
            .collect();
        let mut words = match (sums.is_empty(), self.is_exact()) {
            (false, true) => sums.join(" + "),
            (false, false) => format!("{at_least} {}", sums.join(" + ")),
            (true, true) => "$0/mo".to_owned(),
            (true, false) => "price unknown".to_owned(),
        };
        if self.unpriced > 0 {
            words.push_str(&format!(", {} unpriced", self.unpriced));
        }
        words
    }

    /// How many there are in words: `23 add-ons, of those this machine has seen, 1 profile unread`.
    pub fn count_words(&self) -> String {
        let mut words = match self.addons() {
            1 => "1 add-on".to_owned(),
            many => format!("{many} add-ons"),
        };
        if self.is_of_seen {
            words.push_str(", of those this machine has seen");
        }
        match self.unread {
            0 => {}
            1 => words.push_str(", 1 profile unread"),
            many => words.push_str(&format!(", {many} profiles unread")),
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(cents: u64, currency: &str) -> Known<Price> {
        Known::Is(Price { cents_per_month: cents, currency: currency.into() })
    }

    fn unknown() -> Known<Price> {
        Known::Unknown("not told".into())
    }

    fn total(prices: &[Known<Price>]) -> Total {
        let mut total = Total::default();
        prices.iter().for_each(|price| total.add(price));
        total
    }

    #[test]
    fn a_sum_tells_what_it_lacks() {
        for (prices, words) in [
            (vec![price(41_200, "USD")], "$412/mo"),
            (vec![price(41_250, "USD"), unknown(), unknown()], "≥ $412.50/mo, 2 unpriced"),
            (vec![price(41_200, "USD"), price(2_000, "EUR")], "20 EUR/mo + $412/mo"),
            (vec![price(0, "USD"), price(2_000, "EUR"), unknown()], "≥ 20 EUR/mo, 1 unpriced"),
            (vec![price(0, "USD"), price(0, "USD")], "$0/mo"),
            (vec![price(0, "USD"), unknown()], "≥ $0/mo, 1 unpriced"),
            (vec![unknown()], "price unknown, 1 unpriced"),
            (vec![], "$0/mo"),
        ] {
            assert_eq!(total(&prices).price_words("≥"), words, "{prices:?}");
        }
    }

    #[test]
    fn what_nobody_has_seen_or_read_is_missing_from_sums_and_counts() {
        let mut seen = total(&[price(500, "USD")]);
        seen.only_seen();
        assert_eq!((seen.price_words(">=").as_str(), seen.is_exact()), (">= $5/mo", false));
        assert_eq!(seen.count_words(), "1 add-on, of those this machine has seen");
        let mut all = total(&[price(500, "USD"), price(500, "USD")]);
        all.unread();
        assert_eq!(all.price_words("≥"), "≥ $10/mo");
        assert_eq!(all.count_words(), "2 add-ons, 1 profile unread");
        all.join(&seen);
        assert_eq!(all.price_words("≥"), "≥ $15/mo");
        assert_eq!(all.count_words(), "3 add-ons, of those this machine has seen, 1 profile unread");
        let mut none = Total::default();
        none.unread();
        assert_eq!(none.price_words("≥"), "price unknown");
    }

    fn any_price() -> impl Strategy<Value = Known<Price>> {
        let currency = prop_oneof![Just("USD"), Just("EUR")];
        prop_oneof![
            1 => Just(unknown()),
            3 => (any::<u64>(), currency).prop_map(|(cents, currency)| price(cents, currency)),
        ]
    }

    proptest! {
        #[test]
        fn joining_parts_is_counting_the_whole_and_unknown_is_never_zero(
            prices in prop::collection::vec(any_price(), 0..40),
            at in 0..40usize,
        ) {
            let (first, rest) = prices.split_at(at.min(prices.len()));
            let mut joined = total(first);
            joined.join(&total(rest));
            let whole = total(&prices);
            prop_assert_eq!(&joined, &whole);
            prop_assert_eq!(whole.addons(), prices.len());
            let unpriced = prices.iter().filter(|price| price.get().is_none()).count();
            prop_assert_eq!(whole.unpriced_addons(), unpriced);
            prop_assert_eq!(whole.is_exact(), unpriced == 0);
            let words = whole.price_words("≥");
            prop_assert_eq!(words.contains("unpriced"), unpriced > 0, "{}", words);
            prop_assert!(unpriced == 0 || words.starts_with('≥') || words.starts_with("price unknown"), "{}", words);
        }
    }
}
