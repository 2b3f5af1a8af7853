//! A platform in memory that answers effects at once. It keeps the rules of the local one as far as flows need them.

use attache::app::{Action, Effect, Query, Reply};
use attache::model::*;
use attache::platform::{Conditional, Fresh, ReadError, ReadErrorKind, RequestPreview, Situation};
use attache::store::{JournalChanges, Prepared, Rehearsal, SubmitResult, Watch};
use jiff::Timestamp;

use super::effects::{catalog, changes, look};
pub(crate) use super::fault::{Fault, error};
use super::rig::Rig;

pub(crate) struct Fake {
    pub(crate) now: Timestamp,
    pub(crate) profile: ProfileName,
    pub(crate) addons: Vec<Addon>,
    pub(crate) apps: Vec<App>,
    pub(crate) events: Vec<(String, TimelineEvent)>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) releases: Vec<(String, Release)>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) log: Vec<String>,
    pub(crate) fault: Option<Fault>,
    /// Why the platform would refuse what it is asked about.
    pub(crate) refusal: Option<String>,
    /// How the next submits end instead of being carried out.
    pub(crate) outcome: Option<Outcome>,
    /// Answers kept back while it hangs.
    pub(crate) held: Vec<Action>,
    /// Every command that was sent, as which operation: the same one where it was sent again with its key.
    pub(crate) sent: Vec<(OperationId, Command)>,
    /// Every command that was sent.
    pub(crate) submits: Vec<Command>,
    /// How often a target turned out to have changed since it was shown.
    pub(crate) changes: usize,
    /// Whether the profile has no door for writes until it is unlocked.
    pub(crate) is_read_only: bool,
    /// Until when it is unlocked.
    pub(crate) unlocked: Option<Timestamp>,
    /// Every unlocking that was recorded: why, and until when.
    pub(crate) unlocks: Vec<(String, Timestamp)>,
    /// Why an unlocking can't be recorded.
    pub(crate) unlock_fails: Option<String>,
    /// Every question that was asked.
    pub(crate) asked: Vec<Query>,
    pub(crate) copied: Vec<String>,
    /// What somebody who looks elsewhere was told.
    pub(crate) told: Vec<String>,
    /// Of which operations it was noted that their outcome is unknown.
    pub(crate) noted: Vec<OperationId>,
    /// The platform's own record.
    pub(crate) works: Vec<Work>,
    /// What the next look at the journal shows, where there is no real one.
    pub(crate) journal: JournalChanges,
    /// A real journal.
    pub(crate) watch: Option<Watch>,
    /// How often it was looked whether an operation has ended.
    pub(crate) follows: usize,
    pub(crate) other: Vec<&'static str>,
    /// What it has of platforms that are not the local one.
    pub(crate) elsewhere: super::elsewhere::Elsewhere,
    /// What procedures need.
    pub(crate) rig: Rig,
    /// Rows that lists leave out though they exist.
    pub(crate) hidden: Vec<String>,
    serial: u64,
}

pub(crate) const POSTGRES_VARS: [&str; 3] = ["DATABASE_URL", "PGHOST", "PGPASSWORD"];

impl Fake {
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut fake = Self {
            now,
            profile: ProfileName("local".into()),
            addons: Vec::new(),
            apps: Vec::new(),
            events: Vec::new(),
            backups: Vec::new(),
            releases: Vec::new(),
            schedule: None,
            log: vec!["LOG:  ready to accept connections".into()],
            fault: None,
            outcome: None,
            held: Vec::new(),
            sent: Vec::new(),
            submits: Vec::new(),
            changes: 0,
            is_read_only: false,
            unlocked: None,
            unlocks: Vec::new(),
            unlock_fails: None,
            asked: Vec::new(),
            copied: Vec::new(),
            told: Vec::new(),
            noted: Vec::new(),
            refusal: None,
            journal: JournalChanges { is_whole: true, ..JournalChanges::default() },
            watch: None,
            works: Vec::new(),
            follows: 0,
            other: Vec::new(),
            elsewhere: Default::default(),
            rig: Rig::default(),
            hidden: Vec::new(),
            serial: 0,
        };
        for name in ["storefront", "billing"] {
            let id = format!("app_{name}");
            fake.apps.push(App {
                id: id.into(),
                name: name.into(),
                team: Some("sandbox".into()),
                created_at: Some(now),
                release: None,
                maintenance: Known::Is(false),
                maintenance_since: None,
                maintenance_by: None,
                facts: Vec::new(),
            });
        }
        fake
    }

    /// Puts an add-on there that is ready.
    pub(crate) fn with_addon(&mut self, name: &str, apps: &[(&str, Option<&str>)]) -> &mut Self {
        let mut addon = self.fresh_addon(name, "postgresql", "small");
        addon.state = State::Ready;
        addon.state_word = "ready".into();
        let attachments = apps.iter().map(|(app, alias)| self.fresh_attachment(&addon, app, *alias)).collect();
        addon.attachments = Known::Is(attachments);
        self.addons.push(addon);
        self
    }

    pub(super) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(super) fn fresh_addon(&mut self, name: &str, service: &str, plan: &str) -> Addon {
        let id = format!("add_{}", self.next());
        Addon {
            verbatim: None,
            key: AddonKey { profile: self.profile.clone(), id: id.into() },
            name: name.into(),
            team: Some("sandbox".into()),
            owner: Owner::Team("sandbox".into()),
            service: service.into(),
            plan: Some(plan.into()),
            state: State::Provisioning,
            state_word: "provisioning".into(),
            state_reason: None,
            health: Health::Unknown("not asked yet".into()),
            created_at: Some(self.now),
            updated_at: Some(self.now),
            config_vars: Known::Is(POSTGRES_VARS.map(Text::from).to_vec()),
            attachments: Known::Is(Vec::new()),
            endpoint: None,
            cannot: Default::default(),
            restored_from: None,
            last_backup: Known::Unknown("the platform does not tell".into()),
            work: None,
            billing: None,
            facts: Vec::new(),
            price: attache::model::Known::Unknown("it was not told".into()),
        }
    }

    pub(super) fn fresh_attachment(&mut self, addon: &Addon, app: &str, alias: Option<&str>) -> Attachment {
        Attachment {
            id: Some(format!("att_{}", self.next()).into()),
            alias: alias.map(Into::into),
            addon: addon.name.clone(),
            app: app.into(),
            primary: None,
            owner_row: false,
            config_vars: Known::Is(POSTGRES_VARS.iter().map(|bare| variable_name(alias, bare).into()).collect()),
            created_at: Some(self.now),
        }
    }

    /// Puts a backup of an add-on there, which may be gone.
    pub(crate) fn with_backup(&mut self, id: &str, of: &str, state: BackupState, hours_ago: i64) -> &mut Self {
        let begun = self.now - jiff::SignedDuration::from_hours(hours_ago);
        let addon_id = self.addons.iter().find(|addon| addon.name == of).map(|addon| addon.key.id.clone());
        let is_moving = state.is_transitional();
        self.backups.push(Backup {
            id: id.into(),
            addon_id: addon_id.or_else(|| Some("add_gone".into())).map(Into::into),
            addon: Some(of.into()),
            service: Some("postgresql".into()),
            plan: Some("small".into()),
            started_at: Some(begun),
            finished_at: (!is_moving).then_some(begun),
            size: Some(1 << 20),
            checksum: None,
            trigger: Some("manual".into()),
            label: None,
            message: None,
            keep_until: None,
            progress: None,
            state,
        });
        self.backups.sort_by_key(|backup| std::cmp::Reverse(backup.started_at));
        self
    }

    fn backups_of(&self, addon_id: &str) -> Backups {
        let is_of_it = |backup: &&Backup| backup.addon_id.as_deref() == Some(addon_id);
        let list: Vec<Backup> = self.backups.iter().filter(is_of_it).cloned().collect();
        let policy = BackupPolicy {
            schedule: self.schedule.clone(),
            is_automatic: self.elsewhere.is_automatic,
            ..BackupPolicy::default()
        };
        Backups { facts: Vec::new(), list, policy: Some(policy) }
    }

    pub(crate) fn addon(&self, name: &str) -> &Addon {
        self.addons.iter().find(|addon| addon.name == name).expect("the fake has that add-on")
    }

    pub(crate) fn addon_mut(&mut self, name: &str) -> &mut Addon {
        self.addons.iter_mut().find(|addon| addon.name == name).expect("the fake has that add-on")
    }

    pub(crate) fn event(&mut self, name: &str, step: &str, status: EventStatus) {
        let id = self.next();
        let addon = self.addon(name).key.id.clone();
        let at = self.now;
        let message = format!("{step} {status:?}");
        self.events
            .push((addon.to_string(), TimelineEvent { id, at, step: step.into(), status, message, log: Vec::new() }));
    }

    pub(crate) fn make_ready(&mut self, name: &str) {
        self.event(name, "wait_until_ready", EventStatus::Done);
        let addon = self.addon_mut(name);
        (addon.state, addon.state_word, addon.health) = (State::Ready, "ready".into(), Health::Ok);
    }

    pub(crate) fn vanish(&mut self, name: &str) {
        self.addons.retain(|addon| addon.name != name);
    }

    /// Carries an effect out; the answer, if it has one and comes now.
    pub(crate) fn perform(&mut self, effect: Effect) -> Option<Action> {
        let action = match effect {
            Effect::Fetch { id, query, .. } => {
                self.asked.push(query.clone());
                let fault = match &self.fault {
                    Some(Fault::Some(is, error)) => is(&query).then(|| error.clone()),
                    _ => self.read_fault(),
                };
                let reply = fault.map_or_else(|| self.answer(query), Err);
                Action::Replied { id, reply }
            }
            Effect::Prepare { id, command, .. } => {
                let prepared = self.read_fault().map_or_else(|| self.prepare(command).map(Box::new), Err);
                Action::Prepared { id, prepared }
            }
            Effect::PlanRestore { id, wish, .. } => {
                let plan = self.read_fault().map_or_else(|| self.plan(&wish).map(Box::new), Err);
                Action::RestorePlanned { id, plan }
            }
            Effect::PrepareAgain { id, operation, .. } => self.prepare_again(id, operation),
            Effect::Submit { id, prepared, part_of, .. } => {
                let result = Box::new(self.submit_as(*prepared, part_of));
                Action::Submitted { id, result }
            }
            Effect::Follow { id, operation } => {
                self.follows += 1;
                let followed = self.read_fault().map_or_else(|| Ok(self.followed(*operation)), Err);
                Action::Followed { id, followed }
            }
            Effect::Course(effect) => self.course(effect)?,
            Effect::Copy(text) => {
                self.copied.push(text);
                Action::Copied(Ok("Copied by OSC 52.".into()))
            }
            Effect::Note(operation) => {
                self.noted.push(operation);
                return None;
            }
            Effect::Authorize { id, code, app, .. } => {
                let result = self.elsewhere.authorize(&code, app);
                Action::Authorized { id, result }
            }
            Effect::Unlock { id, reason, until, .. } => {
                let result = self.unlock_fails.clone().map_or(Ok(()), Err);
                if result.is_ok() {
                    self.unlocks.push((reason, until));
                    self.unlocked = Some(until);
                }
                Action::Unlocked { id, result }
            }
            Effect::Lock => {
                self.unlocked = None;
                return self.note("lock");
            }
            Effect::LookAtJournal(id) => return Some(Action::Journal { id, changes: look(self).map(Box::new) }),
            Effect::ReadEntry(_) => return self.note("read entry"),
            Effect::HandOff(_) => return self.note("hand off"),
            Effect::Cancel(_) => return self.note("cancel"),
            Effect::Tell(text) => {
                self.told.push(text);
                return None;
            }
            Effect::Merge { id, merge } => return Some(Action::Merged { id, merged: Box::new(merge.run()) }),
            Effect::Recall => return self.note("recall"),
            Effect::Look { .. } => return self.note("look"),
            Effect::Enter { .. } => return self.note("enter"),
            Effect::LoadCaches(_) => return self.note("load caches"),
            Effect::Repaint => return self.note("repaint"),
            Effect::SaveCache => return self.note("save"),
            Effect::Suspend => return self.note("suspend"),
            Effect::Quit => return self.note("quit"),
        };
        if matches!(self.fault, Some(Fault::Hangs)) || self.elsewhere.is_late(&action) {
            self.held.push(action);
            return None;
        }
        Some(action)
    }

    fn note(&mut self, what: &'static str) -> Option<Action> {
        self.other.push(what);
        None
    }

    pub(super) fn read_fault(&self) -> Option<ReadError> {
        match &self.fault {
            Some(Fault::Reads(kind)) => Some(error(kind.clone(), "The platform did not answer: it was made to fail.")),
            _ => None,
        }
    }

    fn answer(&self, query: Query) -> Result<Reply, ReadError> {
        let gone = || error(ReadErrorKind::NotFound, "There is no such add-on.");
        let find = |id: &str| self.addons.iter().find(|addon| addon.key.id == id).ok_or_else(gone);
        Ok(match query {
            Query::Account => Reply::Account(Account { name: "tester".into(), rights: None }),
            Query::Teams => Reply::Teams(vec![Team { id: "team_1".into(), name: "sandbox".into() }]),
            Query::Apps => Reply::Apps(self.apps.clone()),
            Query::Catalog => Reply::Catalog(catalog()),
            Query::Addons { etag, .. } => {
                let value: Vec<Addon> = self
                    .addons
                    .iter()
                    .filter(|addon| !self.hidden.iter().any(|one| addon.name == *one))
                    .chain(&self.elsewhere.left_out)
                    .map(|addon| self.listed(addon))
                    .collect();
                let tag = format!("{:?}", value);
                if etag.as_ref() == Some(&tag) {
                    Reply::Addons(Conditional::Unchanged(self.now))
                } else {
                    Reply::Addons(Conditional::Changed(Fresh { value, at: self.now, etag: Some(tag) }))
                }
            }
            Query::Addon(id) => Reply::Addon(Box::new(Fresh { value: find(&id)?.clone(), at: self.now, etag: None })),
            Query::Events { addon_id, after } => {
                find(&addon_id)?;
                let events = self.events.iter().filter(|(id, event)| *id == addon_id && event.id > after);
                Reply::Events(events.map(|(_, event)| event.clone()).collect())
            }
            Query::Backups(id) => {
                find(&id)?;
                Reply::Backups(self.backups_of(&id))
            }
            Query::Works => Reply::Works(self.works.clone()),
            Query::AllBackups => Reply::AllBackups(self.backups.clone()),
            Query::Usage(id) => {
                find(&id)?;
                // When it was counted is another time at each asking; what was counted is not.
                let connections = Figure {
                    name: "connections".into(),
                    value: Known::Is(3),
                    unit: "count".into(),
                    limit: Some(20),
                    enforced_by: None,
                };
                Reply::Usage(Usage { measured_at: Some(self.now), figures: vec![connections] })
            }
            Query::Rehearsal { .. } => Reply::Rehearsal(Rehearsal::default()),
            Query::Logs(_) => Reply::Logs(self.log.clone()),
            Query::Variables(app) => Reply::Variables(self.variables(&app)),
            Query::Releases(app) => Reply::Releases(self.releases_of(&app)),
            other => self.answer_elsewhere(&other)?,
        })
    }

    pub(crate) fn variables(&self, app: &str) -> Vec<ConfigVarName> {
        let attachments = self.addons.iter().flat_map(|addon| addon.attachments.items());
        attachments
            .filter(|attachment| attachment.app == app)
            .flat_map(|attachment| attachment.config_vars.items().iter().map(|name| (name, &attachment.addon)))
            .map(|(name, addon)| ConfigVarName { name: name.to_string(), addon: Some(addon.to_string()) })
            .collect()
    }

    pub(crate) fn prepare(&self, command: Command) -> Result<Prepared, ReadError> {
        let gone = || error(ReadErrorKind::NotFound, "There is no such add-on any more.");
        let addon = match command.addon_id() {
            // A backup may outlive its add-on.
            Some(_) if matches!(command, Command::DeleteBackup { .. }) => None,
            Some(id) => Some(self.addons.iter().find(|addon| addon.key.id == id).ok_or_else(gone)?.clone()),
            None => None,
        };
        let source = match &command {
            Command::MoveAttachments { from_id, .. } => {
                Some(self.addons.iter().find(|addon| addon.key.id == *from_id).ok_or_else(gone)?.clone())
            }
            _ => None,
        };
        let mut effects = Effects { changes: changes(&command, addon.as_ref()) };
        effects.changes.extend(self.refusal.clone().map(Change::Refused));
        effects.changes.extend(self.kept(&command, addon.as_ref()).map(Change::Refused));
        let cli = shell_line(["attache", "addons", "…", command.target()]);
        let request = RequestPreview { request: format!("SEND {}", command.sentence()), body: None, cli };
        let situation = Situation { addon, source, ..Situation::default() };
        Ok(Prepared { command, effects, request, situation, read_at: self.now, again: None })
    }

    pub(super) fn submit(&mut self, prepared: Prepared) -> SubmitResult {
        let is_open = !self.is_read_only || self.unlocked.is_some_and(|until| self.now < until);
        assert!(is_open, "{:?} through a profile that is locked", prepared.command);
        let fresh = match self.prepare(prepared.command.clone()) {
            Ok(fresh) => fresh,
            Err(error) => return SubmitResult::NotSent(error.message),
        };
        if fresh.situation != prepared.situation {
            let what = vec!["It is not what it was when it was shown.".to_owned()];
            self.changes += 1;
            return SubmitResult::Changed { what, prepared: Box::new(fresh) };
        }
        self.submits.push(prepared.command.clone());
        let id = prepared.again.unwrap_or_else(|| OperationId::new(self.now, self.next() as u32));
        self.sent.push((id.clone(), prepared.command.clone()));
        let mut operation = Operation {
            child: None,
            id,
            profile: self.profile.clone(),
            command: prepared.command.clone(),
            started_at: self.now,
            updated_at: self.now,
            outcome: Outcome::Done,
            addon_id: prepared.command.addon_id().map(str::to_owned),
            work_id: None,
            backup_id: None,
            is_noted: false,
            before: None,
            asks: None,
        };
        operation.asks = self.elsewhere.asks.take();
        if operation.asks.is_some() {
            operation.outcome = Outcome::Failed { message: "It wants something first.".into() };
            return SubmitResult::Operation(Box::new(operation));
        }
        if let Some(outcome) = self.outcome.take() {
            operation.outcome = outcome;
            return SubmitResult::Operation(Box::new(operation));
        }
        self.carry_out(prepared.command, &mut operation);
        SubmitResult::Operation(Box::new(operation))
    }
}
