use super::*;
use crate::view::glyphs::{ASCII, UNICODE};

const NOW: &str = "2026-11-20T03:14:07Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn backup(begun: &str, state: BackupState, size: Option<u64>) -> Backup {
    let started_at = Some(at(begun));
    Backup {
        id: begun.to_owned(),
        addon_id: None,
        addon: None,
        service: None,
        plan: None,
        state,
        started_at,
        finished_at: started_at,
        size,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    }
}

fn drawn(backups: &[Backup], width: usize, height: usize, glyphs: &Glyphs) -> Vec<String> {
    let lines = chart(backups, at(NOW), width, height, glyphs);
    assert!(lines.len() <= height && lines.iter().all(|line| line.width() <= width), "{width}×{height}");
    lines.iter().map(Line::plain).collect()
}

fn some() -> Vec<Backup> {
    use BackupState::{Expired, Failed, Finished, Running};
    vec![
        backup("2026-11-20T02:00:00Z", Running, None),
        backup("2026-11-19T02:00:00Z", Finished, Some(80 << 20)),
        backup("2026-11-18T02:00:00Z", Failed, None),
        backup("2026-11-16T02:00:00Z", Finished, Some(40 << 20)),
        backup("2026-11-15T02:00:00Z", Expired, Some(20 << 20)),
    ]
}

#[test]
fn a_gap_a_failure_and_what_is_gone_are_told_apart_without_colours() {
    assert_eq!(
        drawn(&some(), 60, 6, &ASCII),
        [
            "Size 20 MiB to 80 MiB  x failed  . none  ~ running  : gone",
            "80 MiB |                ###",
            "       |                ###",
            "       |    ###         ###",
            "     0 |::: ### ... xxx ### ~~~",
            "        11-15             11-20",
        ]
    );
    assert_eq!(
        drawn(&some(), 40, 5, &UNICODE),
        [
            "Size 20 MiB to 80 MiB  ✗ failed  · none",
            "80 MiB │                ███",
            "       │    ▄▄▄         ███",
            "     0 │░░░ ███ ··· ✗✗✗ ███ ◐◐◐",
            "        11-15             11-20",
        ]
    );
}

#[test]
fn too_many_for_their_columns_become_days_and_too_many_days_the_newest() {
    use BackupState::{Failed, Finished};
    let mut many: Vec<Backup> = (1..=19)
        .flat_map(|day| {
            [2, 14].map(|hour| backup(&format!("2026-11-{day:02}T{hour:02}:00:00Z"), Finished, Some(day << 20)))
        })
        .collect();
    many.push(backup("2026-11-19T20:00:00Z", Failed, None));
    let by_day = drawn(&many, 29, 6, &ASCII);
    assert!(by_day[0].starts_with("Size by day 1 MiB to 19 MiB"), "{by_day:?}");
    assert_eq!(by_day[5].trim(), "11-01         11-19");
    assert!(by_day[4].ends_with('x'), "a failure stays in sight: {by_day:?}");
    let newest = drawn(&many, 24, 6, &ASCII);
    assert_eq!(newest[5].trim(), "11-05     11-19", "{newest:?}");
}

#[test]
fn no_size_and_no_list_breaks_it() {
    for list in [Vec::new(), some(), vec![backup("2020-01-01T00:00:00Z", BackupState::Finished, Some(0))]] {
        for width in 0..80 {
            for height in 0..14 {
                for glyphs in [&ASCII, &UNICODE] {
                    drawn(&list, width, height, glyphs);
                }
            }
        }
    }
    assert!(drawn(&some(), 80, 4, &UNICODE).is_empty(), "too low for a chart");
}
