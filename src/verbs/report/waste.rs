//! `attache report waste`: what is paid for and little used.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::profiles::Chosen;
use super::reading::{Reading, Source, Untold, open};
use super::{NOT_READ, Printed, document};
use crate::model::{Addon, Capability, Catalog, Known, Price, State, Total, Usage, Verb, amount, price_of};
use crate::platform::Plans;
use crate::store::samples::{SAMPLES, SHARE, SPAN, Sample, Samples, Sizing, sizing};

/// What was found out about one add-on.
pub(super) struct Row {
    addon: Addon,
    price: Known<Price>,
    sizing: Sizing,
}

/// Reads all profiles, side by side.
pub(super) async fn read(chosen: &Chosen) -> (Vec<Row>, Vec<Source>) {
    let each = chosen.profiles.iter().map(|(name, profile)| async move {
        let (mut source, reading) = open(name, profile).await;
        let Some(reading) = reading else { return (Vec::new(), source) };
        let rows = rows(&reading, chosen, &mut source.notes).await;
        (rows, source.with_cost(reading.reader()))
    });
    let (rows, sources): (Vec<Vec<Row>>, Vec<Source>) = join_all(each).await.into_iter().unzip();
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    rows.sort_by_key(|row| (row.rank(), Reverse(row.price.get().map(|price| price.cents_per_month))));
    (rows, sources)
}

async fn rows(reading: &Reading, chosen: &Chosen, notes: &mut Vec<String>) -> Vec<Row> {
    // What is on its way out costs nothing for long.
    let is_there = |addon: &&Addon| !matches!(addon.state, State::Deprovisioning | State::Gone);
    let addons: Vec<&Addon> = reading.addons.iter().filter(is_there).collect();
    let catalog = catalog(reading, &addons).await;
    let usages = reading.each(addons.iter(), |addon| usage(reading, addon)).await;
    let endpoint = reading.profile.endpoint.to_string();
    let plan_of = |addon: &Addon| catalog.as_ref()?.plan(&addon.service, addon.plan.as_ref()?);
    let seen: Vec<Sample> = addons
        .iter()
        .zip(&usages)
        .filter_map(|(addon, usage)| {
            Some(Sample::of(addon, plan_of(addon), usage.as_ref().ok()?, &endpoint, reading.now))
        })
        .collect();
    let kept = match &chosen.paths.state {
        Some(state) => {
            let store = Samples::new(state, &reading.profile.name);
            let added = store.add(&endpoint, seen.clone(), reading.now);
            added.map_err(|error| format!("in {}: {error}", store.path().display()))
        }
        None => Err("anywhere: there is no home folder, and --state-dir names none".to_owned()),
    };
    let all = kept.unwrap_or_else(|why| {
        notes.push(format!(
            "What was seen of the use of {}'s add-ons could not be kept {why}. So plans are judged by this once alone.",
            reading.profile.name
        ));
        seen
    });
    let mut samples: HashMap<&str, Vec<&Sample>> = HashMap::new();
    for sample in &all {
        samples.entry(&sample.addon_id).or_default().push(sample);
    }
    let row = |(addon, usage): (&&Addon, Result<Usage, String>)| {
        let of = samples.get(addon.key.id.as_str()).into_iter().flatten().copied();
        let sizing = match usage {
            Ok(usage) => sizing(of, addon.plan.as_deref(), plan_of(addon), &usage),
            Err(why) => Sizing::Unknown(why),
        };
        Row { addon: (*addon).clone(), price: price_of(addon, catalog.as_ref()), sizing }
    };
    addons.iter().zip(usages).map(row).collect()
}

/// What an add-on uses, or why that is not known.
async fn usage(reading: &Reading, addon: &Addon) -> Result<Usage, String> {
    let reader = reading.reader();
    if let Capability::Cannot(why) = reader.capability(Verb::Usage) {
        return Err(why);
    }
    if let Some(why) = addon.cannot(Verb::Usage) {
        return Err(why.to_owned());
    }
    reading.ask(reader.usage(&addon.key.id)).await.map_err(|untold| match untold {
        Untold::Unsupported(why) | Untold::Unread(why) => why,
    })
}

/// The prices of the plans that are in use, where the add-ons themselves don't tell theirs. Without them there are fewer prices.
async fn catalog(reading: &Reading, addons: &[&Addon]) -> Option<Catalog> {
    let reader = reading.reader();
    let is_open = |addon: &&&Addon| addon.price.get().is_none() && addon.plan.is_some();
    let services: BTreeSet<&str> = addons.iter().filter(is_open).map(|addon| addon.service.as_str()).collect();
    if services.is_empty() || reader.words().plans != Plans::Told {
        return None;
    }
    let mut catalog = reading.ask(reader.catalog()).await.ok()?;
    let is_wanted = |name: &str| services.contains(name);
    for service in catalog.services.iter_mut().filter(|it| it.are_plans_unread && is_wanted(&it.name)) {
        service.plans = reading.ask(reader.plans(&service.name)).await.unwrap_or_default();
    }
    Some(catalog)
}

const HEADINGS: [&str; 6] = ["PROFILE", "ADD-ON", "PLAN", "ATTACHED TO", "USE", "PRICE"];
const CSV: [&str; 12] = [
    "profile",
    "addon",
    "addon_id",
    "service",
    "plan",
    "is_unattached",
    "apps",
    "size",
    "use",
    "cents_per_month",
    "currency",
    "note",
];

pub(super) fn print(rows: &[Row], sources: &[Source], chosen: &Chosen, is_all: bool) -> Printed {
    let failed = || sources.iter().filter_map(|source| source.error.as_ref().map(|why| (source, why)));
    let told =
        |source: &Source| [&source.name, NOT_READ, "-", "unknown", "unknown", "unknown"].map(str::to_owned).to_vec();
    let mut table: Vec<Vec<String>> = failed().map(|(source, _)| told(source)).collect();
    table.extend(rows.iter().filter(|row| is_all || row.is_worth_a_look()).map(Row::cells));
    let unread = |(source, why): (&Source, &String)| {
        let mut row = vec![String::new(); CSV.len()];
        (row[0], row[11]) = (source.name.clone(), why.clone());
        (row[5], row[7]) = ("unknown".to_owned(), "unknown".to_owned());
        row
    };
    let mut csv_rows: Vec<Vec<String>> = failed().map(unread).collect();
    csv_rows.extend(rows.iter().map(Row::csv));
    let total = |is_in: fn(&Row) -> bool| {
        let mut total = Total::default();
        rows.iter().filter(|row| is_in(row)).for_each(|row| total.add(&row.price));
        sources.iter().for_each(|source| source.leave_open(&mut total));
        total
    };
    let (unattached, oversize, everything) = (total(Row::is_unattached), total(Row::is_oversize), total(|_| true));
    let words = |name: &str, total: &Total| match total.addons() {
        0 if total.is_exact() => format!("{name}: {}.", total.count_words()),
        _ => format!("{name}: {}: {}.", total.count_words(), total.price_words("≥")),
    };
    let mut lines = vec![
        words("Unattached", &unattached),
        words("Oversize", &oversize),
        words("All", &everything),
        format!(
            "Oversize is what was seen to use less than {SHARE} % of every limit of its plan, in at least {SAMPLES} samples of different hours over {} days.",
            SPAN.as_hours() / 24
        ),
    ];
    lines.extend(open_words(rows));
    Printed {
        headings: &HEADINGS,
        rows: table,
        lines,
        csv_headings: &CSV,
        csv_rows,
        document: json!({
            "report": "waste",
            "profiles": sources.iter().map(document::source).collect::<Vec<_>>(),
            "left_out": document::left_out(chosen),
            "oversize_below": {"percent": SHARE, "samples": SAMPLES, "span_seconds": SPAN.as_secs()},
            "totals": {
                "unattached": document::total(&unattached),
                "oversize": document::total(&oversize),
                "all": document::total(&everything),
            },
            "addons": rows.iter().map(Row::document).collect::<Vec<_>>(),
        }),
        verdict: None,
    }
}

/// Of how many it is not known.
fn open_words(rows: &[Row]) -> Option<String> {
    let count = |is_so: fn(&Row) -> bool| rows.iter().filter(|row| is_so(row)).count();
    let parts: Vec<String> = [
        (count(|row| row.addon.attachments.get().is_none()), "what they are attached to"),
        (count(|row| matches!(row.sizing, Sizing::TooFew { .. })), "their size, for too few samples"),
        (count(|row| matches!(row.sizing, Sizing::Unknown(_))), "their use"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count}: {what}"))
    .collect();
    (!parts.is_empty()).then(|| format!("Not known of {}.", parts.join("; of ")))
}

impl Row {
    fn is_unattached(&self) -> bool {
        self.addon.attachments.get().is_some_and(Vec::is_empty)
    }

    fn is_oversize(&self) -> bool {
        matches!(self.sizing, Sizing::Oversize { .. })
    }

    fn is_worth_a_look(&self) -> bool {
        self.is_unattached() || self.is_oversize() || self.addon.attachments.get().is_none()
    }

    /// What is paid for in vain first, then what is paid too much for, then what nobody knows.
    fn rank(&self) -> u8 {
        match (&self.addon.attachments, &self.sizing) {
            (Known::Is(rows), _) if rows.is_empty() => 0,
            (_, Sizing::Oversize { .. }) => 1,
            (Known::Unknown(_), _) => 2,
            (_, Sizing::TooFew { .. } | Sizing::Unknown(_)) => 3,
            (_, Sizing::Fits(_)) => 4,
        }
    }

    fn attached(&self) -> String {
        match &self.addon.attachments {
            Known::Is(rows) if rows.is_empty() => "nothing".to_owned(),
            Known::Is(_) => self.addon.apps().join(", "),
            Known::Unknown(why) => format!("unknown: {why}"),
        }
    }

    fn cells(&self) -> Vec<String> {
        let price = match &self.price {
            Known::Is(price) => format!("{}/mo", amount(price.cents_per_month, &price.currency)),
            Known::Unknown(_) => "unpriced".to_owned(),
        };
        vec![
            self.addon.key.profile.to_string(),
            self.addon.name.to_string(),
            self.addon.service_and_plan(),
            self.attached(),
            self.sizing.words(),
            price,
        ]
    }

    fn csv(&self) -> Vec<String> {
        let price = self.price.get();
        let unknown = |why: &str, what: &str| format!("{what}: {why}");
        let notes: Vec<String> = [
            match &self.addon.attachments {
                Known::Is(_) => None,
                Known::Unknown(why) => Some(unknown(why, "attachments")),
            },
            match &self.price {
                Known::Is(_) => None,
                Known::Unknown(why) => Some(unknown(why, "price")),
            },
        ]
        .into_iter()
        .flatten()
        .collect();
        vec![
            self.addon.key.profile.to_string(),
            self.addon.name.to_string(),
            self.addon.key.id.to_string(),
            self.addon.service.to_string(),
            self.addon.plan.clone().unwrap_or_default().to_string(),
            self.addon.attachments.get().map_or("unknown".to_owned(), |rows| rows.is_empty().to_string()),
            self.addon.apps().join(" "),
            self.sizing.word().to_owned(),
            self.sizing.words(),
            price.map(|price| price.cents_per_month.to_string()).unwrap_or_default(),
            price.map(|price| price.currency.clone()).unwrap_or_default().to_string(),
            notes.join("; "),
        ]
    }

    fn document(&self) -> Value {
        let (price, unpriced) = match &self.price {
            Known::Is(price) => (Some(price), None),
            Known::Unknown(why) => (None, Some(why)),
        };
        json!({
            "profile": self.addon.key.profile,
            "id": self.addon.key.id,
            "name": self.addon.name,
            "service": self.addon.service,
            "plan": self.addon.plan,
            "is_unattached": self.addon.attachments.get().map(Vec::is_empty),
            "apps": self.addon.attachments.get().map(|_| self.addon.apps()),
            "size": self.sizing.word(),
            "size_words": self.sizing.words(),
            "samples": samples(&self.sizing),
            "price": price,
            "price_unknown_reason": unpriced,
        })
    }
}

/// What a size was judged by.
fn samples(sizing: &Sizing) -> Value {
    match sizing {
        Sizing::Oversize { samples, since, .. } | Sizing::TooFew { samples, since } => {
            json!({"hours": samples, "since": since})
        }
        Sizing::Fits(_) | Sizing::Unknown(_) => Value::Null,
    }
}
