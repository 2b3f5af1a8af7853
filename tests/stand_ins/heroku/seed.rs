//! The small world, and the large one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::catalog;
use super::data::transfers::Kind;
use super::data::{Credential, Maintenance, Schedule};
use super::world::{Addon, App, Attachment, Heroku, PLANTED, Team, uuid};

fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

impl Heroku {
    /// Two teams and a personal account, five apps, add-ons in every state, backups of every kind.
    pub(crate) fn small() -> Self {
        let mut world = Self::with_apps();
        world.small_addons();
        world.small_attachments();
        world.small_data();
        world.small_transfers();
        world
    }

    /// So many add-ons over twenty apps of one team, each attached to its own.
    pub(crate) fn large(addons: usize) -> Self {
        let mut world = Self::default();
        world.team("acme", "team", Some("admin"));
        for number in 0..20.min(addons) {
            world.new_app(&format!("app-{number:02}"), Some("acme"));
        }
        for number in 0..addons {
            let service = catalog::SERVICES.iter().cycle().nth(number).unwrap();
            let app = format!("app-{:02}", number % 20);
            let id = world.seed(&app, service.name, service.plans[0].name, &format!("addon-{number:04}"));
            let alias = format!("{}_{number}", service.base);
            world.attach(&app, &id, &alias, None);
        }
        world
    }

    pub(super) fn team(&mut self, name: &str, kind: &'static str, role: Option<&'static str>) {
        let id = self.id(2);
        self.teams.push(Team { id, name: name.into(), kind, role });
    }

    pub(super) fn new_app(&mut self, name: &str, team: Option<&str>) -> &mut App {
        let mut app = App::new(self, name, team);
        (app.created_at, app.updated_at) = (ago(9000), ago(50));
        app.releases[0].at = ago(9000);
        self.apps.push(app);
        self.apps.last_mut().unwrap()
    }

    fn with_apps() -> Self {
        let mut world = Self::default();
        world.team("acme", "team", Some("admin"));
        world.team("acme-data", "enterprise", Some("member"));
        let storefront = world.new_app("storefront", Some("acme"));
        storefront.formation = vec![("web", 2), ("worker", 1), ("release", 0)];
        storefront.own.insert("SECRET_KEY_BASE".into(), format!("{PLANTED}-of-the-app"));
        world.new_app("storefront-staging", Some("acme")).is_maintenance = true;
        world.new_app("billing", Some("acme")).needs_second_factor = true;
        let reports = world.new_app("reports", Some("acme-data"));
        (reports.space, reports.generation) = (Some("acme-private"), "fir");
        world.new_app("hobby", None);
        world.new_app("partner-hub", None).is_visible = false;
        for (slug, app) in (1..).zip(["storefront", "storefront-staging", "billing"]) {
            for (commit, by) in [("3f9e2ab1", "grace@example.com"), ("4f2a1cd0", "ada@example.com")] {
                world.release(app, format!("Deploy {commit}"), Some(by));
                let release = world.app_mut(app).unwrap().releases.last_mut().unwrap();
                (release.slug, release.at, release.status) = (Some(uuid(12, slug)), ago(49), "succeeded");
            }
        }
        world
    }

    /// An add-on that is there; its id.
    pub(crate) fn seed(&mut self, app: &str, service: &str, plan: &str, name: &str) -> String {
        let service = catalog::service(service).unwrap();
        let data = self.new_data(app, service, &BTreeMap::new()).unwrap();
        let id = self.id(4);
        self.addons.push(Addon {
            id: id.clone(),
            name: name.into(),
            app: app.into(),
            service: service.name.into(),
            plan: plan.into(),
            state: "provisioned".into(),
            left: 0,
            fails: false,
            message: None,
            billed: None,
            created_at: ago(2000),
            updated_at: ago(100),
            data,
        });
        id
    }

    /// An attachment that is there; its id. No release is made of it.
    pub(crate) fn attach(&mut self, app: &str, addon: &str, name: &str, namespace: Option<&str>) -> String {
        let addon = self.addon(addon).unwrap().id.clone();
        let (id, namespace) = (self.id(5), namespace.map(str::to_owned));
        let (app, name, at) = (app.to_owned(), name.to_owned(), ago(2000));
        self.attachments.push(Attachment { id: id.clone(), name, app, addon, namespace, is_stripped: false, at });
        id
    }

    fn small_addons(&mut self) {
        for (app, service, plan, name) in [
            ("storefront", "heroku-postgresql", "standard-0", "postgresql-storefront"),
            ("storefront", "heroku-postgresql", "standard-0", "postgresql-follower"),
            ("storefront", "heroku-redis", "premium-0", "redis-storefront"),
            ("storefront", "papertrail", "fixa", "papertrail-storefront"),
            ("storefront-staging", "heroku-postgresql", "essential-0", "postgresql-staging"),
            ("storefront-staging", "heroku-redis", "mini", "redis-staging"),
            ("storefront-staging", "adminium", "petproject", "adminium-staging"),
            ("billing", "heroku-postgresql", "premium-0", "postgresql-billing"),
            ("billing", "heroku-kafka", "basic-0", "kafka-billing"),
            ("reports", "heroku-inference", "standard", "inference-reports"),
            ("reports", "herokuconnect", "enterprise", "connect-reports"),
            ("reports", "heroku-postgresql", "advanced-beta", "postgresql-reports"),
            ("hobby", "bucketeer", "hobbyist", "bucketeer-hobby"),
            ("hobby", "scheduler", "standard", "scheduler-hobby"),
            ("partner-hub", "heroku-postgresql", "standard-0", "postgresql-partner"),
        ] {
            self.seed(app, service, plan, name);
        }
        // Paid as it was agreed once.
        self.addon_mut("papertrail-storefront").unwrap().billed = Some(500);
        for (name, state, left) in [
            ("redis-staging", "provisioning", 3),
            ("kafka-billing", "deprovisioning", 6),
            ("bucketeer-hobby", "deprovisioned", 0),
            // A word that no source has.
            ("adminium-staging", "suspended", 0),
        ] {
            let addon = self.addon_mut(name).unwrap();
            (addon.state, addon.left) = (state.into(), left);
        }
    }

    fn small_attachments(&mut self) {
        let storefront = self.addon("postgresql-storefront").unwrap().id.clone();
        let data = Credential::new(self, "reporting");
        self.addon_mut(&storefront).unwrap().data.credentials.push(data);
        for (app, addon, name, namespace) in [
            ("storefront", "postgresql-storefront", "DATABASE", None),
            ("reports", "postgresql-storefront", "STOREFRONT_DB", Some("credential:reporting")),
            ("storefront", "postgresql-follower", "HEROKU_POSTGRESQL_COBALT", None),
            ("storefront", "redis-storefront", "REDIS", None),
            ("storefront", "papertrail-storefront", "PAPERTRAIL", None),
            ("storefront-staging", "postgresql-staging", "DATABASE", None),
            ("storefront-staging", "redis-staging", "REDIS", None),
            ("storefront-staging", "adminium-staging", "ADMINIUM", None),
            ("billing", "postgresql-billing", "DATABASE", None),
            ("reports", "inference-reports", "INFERENCE", None),
            ("reports", "connect-reports", "HEROKUCONNECT", None),
            ("reports", "postgresql-reports", "DATABASE", None),
            ("hobby", "bucketeer-hobby", "BUCKETEER", None),
            ("hobby", "scheduler-hobby", "SCHEDULER", None),
            ("partner-hub", "postgresql-partner", "DATABASE", None),
            // Of somebody else: the attachment is told, the add-on is not.
            ("storefront", "postgresql-partner", "PARTNER", None),
        ] {
            self.attach(app, addon, name, namespace);
        }
        // What a roll-back left: an attachment without its variable.
        self.attachments.iter_mut().find(|one| one.name == "INFERENCE").unwrap().is_stripped = true;
    }

    fn small_data(&mut self) {
        let leader = self.addon("postgresql-storefront").unwrap().id.clone();
        let schedule = Schedule::new(self, "DATABASE_URL", 2, "UTC");
        let one = &mut self.addon_mut(&leader).unwrap().data;
        (one.bytes, one.connections, one.tables, one.has_protection) = (26_843_545, 12, 42, true);
        one.schedules.push(schedule);
        one.window = Some(("Sunday".into(), "22:30".into()));
        self.addon_mut("postgresql-follower").unwrap().data.following = Some(leader);
        self.addon_mut("postgresql-billing").unwrap().data.wait = Some(("Preparing (60% completed)".into(), false));
        let due = Maintenance {
            status: "pending",
            reason: "Operating system upgrade",
            scheduled_for: Timestamp::now() + SignedDuration::from_hours(100),
        };
        let redis = &mut self.addon_mut("redis-storefront").unwrap().data;
        (redis.maintenance, redis.window) = (Some(due), Some(("Tuesday".into(), "19:00".into())));
    }

    /// Finished, failed, scheduled, imported, a restore, a copy, and one that runs.
    fn small_transfers(&mut self) {
        let (of, app) = ("postgresql-storefront", "storefront");
        self.finished(of, Kind::Imported, 900);
        self.finished(of, Kind::Backup, 200);
        let failed = self.finished(of, Kind::Backup, 100);
        let one = self.transfer_mut(app, &failed).unwrap();
        (one.succeeded, one.fails, one.processed) = (Some(false), true, 0);
        let scheduled = self.finished(of, Kind::Scheduled, 25);
        let uuid = self.addon(of).unwrap().data.schedules[0].uuid.clone();
        self.transfer_mut(app, &scheduled).unwrap().schedule = Some(uuid.clone());
        self.finished(of, Kind::Restore, 20);
        self.finished(of, Kind::Copy, 19);
        let warned = self.finished(of, Kind::Scheduled, 1);
        let one = self.transfer_mut(app, &warned).unwrap();
        (one.schedule, one.warnings) = (Some(uuid), 2);
        self.transfer(of, Kind::Backup);
        let running = self.transfers.last_mut().unwrap();
        running.created_at = Timestamp::now() - SignedDuration::from_mins(10);
        (running.started_at, running.processed) = (Some(running.created_at), 5_000_000);
        self.finished("postgresql-staging", Kind::Backup, 48);
    }
}
