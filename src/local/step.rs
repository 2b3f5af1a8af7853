//! Every step that the engine can take, as one enum: what is here is what a crash test has to pass before and after.

use std::fmt;

macro_rules! steps {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// One step of an operation. Each can be taken again after a crash at any point in it, and then finishes the job.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Step {
            $($(#[$doc])* $variant,)*
        }

        impl Step {
            /// All of them.
            pub const ALL: &'static [Step] = &[$(Step::$variant,)*];

            /// The name in rows, in the timeline and in `/v1`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Step::$variant => $name,)*
                }
            }
        }
    };
}

steps! {
    /// Make the add-on's folder with its manifest.
    PrepareFolder = "prepare_folder",
    /// Make an empty cluster (PostgreSQL).
    InitCluster = "init_cluster",
    /// Write the server's settings.
    Configure = "configure",
    /// Start the server, or adopt the one that runs.
    StartServer = "start_server",
    /// Make the role that apps use (PostgreSQL).
    CreateRole = "create_role",
    /// Make the database (PostgreSQL).
    CreateDatabase = "create_database",
    /// Make the empty storage of a bucket.
    CreateStore = "create_store",
    /// Let the key pair in (object storage).
    RegisterKeys = "register_keys",
    /// Fill the empty add-on from a backup, as its own unprivileged role.
    LoadBackup = "load_backup",
    /// Use it the way an app would.
    Check = "check",
    /// Adopt the running server after a restart of the platform, or start it again.
    Resume = "resume",
    /// Stop the server in order; the data stays.
    StopServer = "stop_server",
    /// Write the data into a file of another name than a backup has.
    CopyData = "copy_data",
    /// Read all of that file with the server's own tool, and take its checksum.
    CheckCopy = "check_copy",
    /// Make the file durable under its name, and the backup finished.
    KeepCopy = "keep_copy",
    /// Delete the backups that the plan does not keep any more.
    EvictBackups = "evict_backups",
    /// Delete the file of one backup, whose row says so.
    DeleteCopy = "delete_copy",
    /// Look whether the data fits the other plan.
    CheckFit = "check_fit",
    /// Make the limits of the plan true in the running server.
    ApplyPlan = "apply_plan",
    /// Give the server the new password, which is durable already, and end what came in with the old one.
    ChangePassword = "change_password",
    /// Give every app a release with what has changed.
    ReleaseApps = "release_apps",
    /// Rewrite the manifest after the row has changed.
    WriteManifest = "write_manifest",
    /// End the server for good.
    RetireServer = "retire_server",
    /// Remove the add-on's folder, for a row that says `deprovisioning`.
    RemoveFolder = "remove_folder",
    /// Forget the row, last of all.
    ForgetRow = "forget_row",
}

impl Step {
    /// The step of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.name() == name)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_steps() {
        for step in Step::ALL {
            assert_eq!(Step::from_name(step.name()), Some(*step));
        }
    }
}
