//! One run: a command is sent while something goes wrong, looked into, perhaps sent again, and compared with the truth.

use super::Bench;
use super::kinds::{self, Theirs, Truth, kind_of, truth};
use super::proxy::{Place, Plan, Second};
use crate::model::{Command, Operation, Outcome, Verdict};
use crate::store::{SubmitResult, door};

/// What a seed decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) kind: &'static str,
    pub(super) place: Place,
    pub(super) second: Second,
    /// Whether the platform can't be asked by key, so that only what is there tells.
    pub(super) forgets_keys: bool,
    /// What goes wrong when it is sent again; `None` where it is not sent again.
    pub(super) again: Option<Place>,
    /// After how many steps (looks, and the sending again) a request that lands late does.
    pub(super) lands_after: usize,
    /// Whether the first look fails.
    pub(super) is_unhealthy: bool,
}

impl Script {
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed);
        let kind = kinds::KINDS[usize::try_from(seed % kinds::KINDS.len() as u64).unwrap()];
        let (place, forgets_keys) = (dice.pick(&Place::ALL), dice.roll(3) == 0);
        let mut second = dice.pick(&Second::ALL);
        // By what is there alone, two sessions of one account can be told apart by nobody: that is what the key is for. So
        // without it the second session acts only beside a request of ours that has been carried out before.
        if forgets_keys && (second == Second::SameBefore || (second == Second::SameAfter && !place.acts_first())) {
            second = Second::OtherAfter;
        }
        let ways = [
            Place::Nowhere,
            Place::Nowhere,
            Place::BeforeTheRequest,
            Place::AfterItActed,
            Place::Says502AfterItActed,
            Place::Says429Instead,
        ];
        let again = (dice.roll(2) == 0).then(|| dice.pick(&ways));
        let (lands_after, is_unhealthy) = (dice.roll(6), dice.roll(4) == 0);
        Self { seed, kind, place, second, forgets_keys, again, lands_after, is_unhealthy }
    }
}

impl Script {
    /// Those that a change is tried on every time: in each, another guard is all that stands between us and a command that is
    /// carried out twice, or a wrong verdict.
    pub(super) fn always() -> [Self; 10] {
        use Place::{AfterItActed, BeforeTheRequest, LandsLate, Nowhere, Says429Instead, Says500AfterItActed};
        let script = |seed, kind, place, second| Self {
            seed,
            kind,
            place,
            second,
            forgets_keys: false,
            again: None,
            lands_after: 9,
            is_unhealthy: false,
        };
        [
            // Two of our account: the key tells which one is ours.
            script(1, "restart", AfterItActed, Second::SameAfter),
            script(2, "restart", BeforeTheRequest, Second::SameBefore),
            // It lands after everybody has looked, and after it was sent again: in vain, and in earnest.
            script(3, "destroy", LandsLate, Second::Nobody),
            Self { again: Some(Nowhere), ..script(4, "rotate", LandsLate, Second::Nobody) },
            Self { again: Some(Says429Instead), ..script(5, "back up", LandsLate, Second::Nobody) },
            Self {
                again: Some(AfterItActed),
                is_unhealthy: true,
                ..script(6, "attach", BeforeTheRequest, Second::Nobody)
            },
            // Without the key: what somebody else did is not ours, and of two of ours nobody can tell.
            Self { forgets_keys: true, ..script(7, "back up", BeforeTheRequest, Second::OtherAfter) },
            Self { forgets_keys: true, ..script(8, "create", BeforeTheRequest, Second::OtherAfter) },
            Self { forgets_keys: true, ..script(9, "rotate", AfterItActed, Second::SameAfter) },
            script(10, "promote", Says500AfterItActed, Second::OtherAfter),
        ]
    }
}

/// The same numbers for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// What a run came to, for the counts.
pub(super) struct Ran {
    pub(super) verdicts: Vec<&'static str>,
    pub(super) again: Option<&'static str>,
    pub(super) has_happened: bool,
}

/// The course of one run.
struct Course<'a> {
    bench: &'a Bench,
    script: Script,
    command: Command,
    /// Sendings of our client that were confirmed.
    sendings: usize,
    steps: usize,
    ran: Ran,
}

pub(super) async fn run(bench: &Bench, script: Script, command: Command) -> Ran {
    assert_eq!(kind_of(&command), script.kind);
    let again = script.again.map(|place| Plan { place, second: Second::Nobody });
    let first = Plan { place: script.place, second: script.second };
    bench.proxy.arm([first].into_iter().chain(again), script.forgets_keys);
    let prepared = door::prepare(&bench.connection, Some(&bench.journal), command.clone()).await.unwrap();
    let submitted = door::submit(&bench.connection, &bench.journal, &bench.profile, prepared).await;
    let SubmitResult::Operation(operation) = submitted else { panic!("{script:?}: {submitted:?}") };
    let ran = Ran { verdicts: Vec::new(), again: None, has_happened: false };
    let mut course = Course { bench, script, command, sendings: 1, steps: 0, ran };
    course.go_on(*operation).await;
    course.ran
}

impl Course<'_> {
    async fn go_on(&mut self, mut operation: Operation) {
        if script_cuts_before_acting(self.script.place) || self.script.place == Place::LandsLate {
            // The second actor, if any, has ended by then; nothing else is under way.
            self.bench.proxy.quiet().await;
        }
        self.check(&operation, None).await;
        if self.script.is_unhealthy && is_unknown(&operation) {
            self.bench.proxy.fail_reads(1);
            let before = operation.outcome.judged().map_or(0, |judged| judged.looks);
            assert!(door::follow(&self.bench.connection, &self.bench.journal, &operation).await.is_err());
            assert_eq!(before, 0, "a look that fails is no healthy one");
            self.bench.proxy.fail_reads(0);
        }
        for _ in 0..2 {
            operation = self.look(operation).await;
        }
        if self.script.again.is_some() {
            operation = self.send_again(operation).await;
        }
        for _ in 0..2 {
            operation = self.look(operation).await;
        }
        // Whatever was still on its way has come.
        self.bench.proxy.let_land().await;
        self.bench.proxy.quiet().await;
        operation = self.look(operation).await;
        self.end(&operation).await;
    }

    async fn step(&mut self) {
        if self.script.place == Place::LandsLate && self.steps == self.script.lands_after {
            self.bench.proxy.let_land().await;
        }
        self.steps += 1;
    }

    async fn look(&mut self, operation: Operation) -> Operation {
        self.step().await;
        if !is_unknown(&operation) {
            return operation;
        }
        let before = self.truth().await;
        let looked = door::follow(&self.bench.connection, &self.bench.journal, &operation).await;
        let looked = looked.unwrap_or_else(|error| panic!("{:?}: {error}", self.script)).operation;
        self.check(&looked, Some(before)).await;
        self.ran.verdicts.push(match &looked.outcome {
            Outcome::Accepted | Outcome::Done => "happened",
            Outcome::Failed { .. } => "refused",
            Outcome::Unknown { judged: Some(judged), .. } => judged.verdict.word(),
            other => panic!("{:?}: {other:?}", self.script),
        });
        looked
    }

    async fn send_again(&mut self, operation: Operation) -> Operation {
        self.step().await;
        self.bench.proxy.quiet().await;
        let Bench { connection, journal, profile, proxy, .. } = self.bench;
        let (was_known, writes) = (!is_unknown(&operation), proxy.writes());
        let prepared = match door::prepare_again(connection, journal, profile, &operation.id).await {
            // What the dashboard and the verb refuse, too.
            Ok(prepared) if prepared.effects.refusal().is_none() => prepared,
            _ => {
                assert_eq!(proxy.writes(), writes, "{:?}: refused, and sent all the same", self.script);
                self.ran.again = Some(if was_known { "known" } else { "found out or not possible any more" });
                return self.recorded(operation);
            }
        };
        assert!(!was_known, "{:?}: what is known is never sent again", self.script);
        assert_eq!(prepared.again.as_ref(), Some(&operation.id), "{:?}: with its own key", self.script);
        match door::submit(connection, journal, profile, prepared).await {
            SubmitResult::Operation(sent) => {
                self.sendings += 1;
                self.ran.again = Some(if is_unknown(&sent) { "sent, and lost again" } else { "sent and taken" });
                proxy.quiet().await;
                self.check(&sent, None).await;
                *sent
            }
            other => {
                assert_eq!(proxy.writes(), writes, "{:?}: {other:?}", self.script);
                self.ran.again = Some("found out or not possible any more");
                self.recorded(operation)
            }
        }
    }

    fn recorded(&self, operation: Operation) -> Operation {
        self.bench.journal.get(&operation.id).unwrap().unwrap().operation
    }

    /// Compares with the truth as it is now, and as it was before a look: what is under way may have come meanwhile.
    async fn check(&self, operation: &Operation, before: Option<Truth>) {
        let Truth { acts, is_taken, ref work } = self.truth().await;
        let script = self.script;
        assert!((0..=1).contains(&acts), "{script:?}: carried out {acts} times");
        assert!(is_taken || acts == 0, "{script:?}: carried out and not taken");
        assert_eq!(self.bench.proxy.writes(), self.sendings, "{script:?}: a request was sent that nobody confirmed");
        match &operation.outcome {
            Outcome::Accepted | Outcome::Done => {
                assert!(is_taken || self.is_so_by_somebody_else(), "{script:?}: it did not happen: {operation:?}");
                let is_ours = operation.work_id.is_none() || !is_taken || operation.work_id == *work;
                assert!(is_ours, "{script:?}: somebody else's is taken for ours: {operation:?}");
            }
            Outcome::Failed { .. } | Outcome::NotSent { .. } => {
                assert!(!is_taken, "{script:?}: it did happen: {operation:?}");
            }
            Outcome::Unknown { judged: Some(judged), .. } => match judged.verdict {
                Verdict::NotSeen => {
                    let was_there = before.is_some_and(|before| before.acts == 1);
                    assert!(!was_there, "{script:?}: it was to be seen: {judged:?}");
                }
                Verdict::CantTell => assert!(self.cannot_be_told().await, "{script:?}: it can be told: {judged:?}"),
                Verdict::Happened => panic!("{script:?}: {operation:?}"),
            },
            Outcome::Unknown { judged: None, .. } => {}
            Outcome::Intended => panic!("{script:?}: {operation:?}"),
        }
    }

    /// Where the platform does not write down who did it and can't be asked by key, *happened* is said of the state that was
    /// asked for: it is so, since after we sent, and that is all that there is to tell.
    fn is_so_by_somebody_else(&self) -> bool {
        self.script.forgets_keys && !kinds::tells_who(self.script.kind) && self.theirs().was_taken
    }

    /// When *can't tell* is true: nobody can ask by key, and either two acts of our account on the same thing stand in the
    /// record since we sent, or somebody else brought about the very state that leaves no record but itself, so that our
    /// request would leave no trace beside it.
    async fn cannot_be_told(&self) -> bool {
        let theirs = self.theirs();
        let is_beside = theirs.is_of_our_account && theirs.was_taken && self.truth().await.acts == 1;
        let leaves_no_trace = self.script.kind == "maintenance" && theirs.was_taken;
        self.script.forgets_keys && (is_beside || leaves_no_trace)
    }

    fn theirs(&self) -> Theirs {
        self.theirs_at().0
    }

    fn theirs_at(&self) -> (Theirs, usize) {
        let newest = self.bench.journal.list(1).unwrap().pop().unwrap();
        let our_key = self.bench.journal.get(&newest.id).unwrap().unwrap().intent.idempotency_key;
        let Script { second, place, .. } = self.script;
        let is_of_our_account = matches!(second, Second::SameBefore | Second::SameAfter);
        let comes_second = matches!(second, Second::SameAfter | Second::OtherAfter)
            && (place.acts_first() || place == Place::AfterTheRequest);
        let (answer, turns) = self.bench.proxy.second();
        let (was_taken, work) = match answer {
            Some((200..=299, body)) => (true, body["operation"]["id"].as_str().map(str::to_owned)),
            _ => (false, None),
        };
        (Theirs { our_key, was_taken, is_of_our_account, comes_second, work }, turns)
    }

    /// How it stands now. While the second actor acts, nobody can tell whose act is whose.
    async fn truth(&self) -> Truth {
        loop {
            let (theirs, turns) = self.theirs_at();
            let (command, us) = (self.command.clone(), self.bench.us.clone());
            let db = &self.bench.server.platform.engine().db;
            let now = db.read(move |state| truth(state, &command, &us, theirs)).await.unwrap();
            if turns % 2 == 0 && self.bench.proxy.second().1 == turns {
                return now;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Everything has come: what is still unknown then must be so for a reason.
    async fn end(&mut self, operation: &Operation) {
        let Truth { acts, is_taken, .. } = self.truth().await;
        self.ran.has_happened = acts == 1;
        let verdict = operation.outcome.judged().map(|judged| judged.verdict);
        let script = self.script;
        let has_happened = matches!(operation.outcome, Outcome::Accepted | Outcome::Done);
        match acts {
            0 if is_taken => assert!(self.theirs().was_taken, "{script:?}: taken, and nobody did it: {operation:?}"),
            0 => assert!(!has_happened || self.is_so_by_somebody_else(), "{script:?}: {operation:?}"),
            1 => assert!(
                has_happened || verdict == Some(Verdict::CantTell),
                "{script:?}: it happened, and is not found: {operation:?}"
            ),
            _ => panic!("{script:?}: carried out {acts} times"),
        }
    }
}

fn is_unknown(operation: &Operation) -> bool {
    matches!(operation.outcome, Outcome::Unknown { .. })
}

/// Whether nothing comes through of what is sent first.
fn script_cuts_before_acting(place: Place) -> bool {
    matches!(place, Place::BeforeTheRequest | Place::WithinTheRequest | Place::Says502Instead | Place::Says429Instead)
}
