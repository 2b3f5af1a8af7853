//! The words of the field as plain data: no I/O, no terminal, no network. Every other module builds on these.

mod addon;
mod app;
mod attachment;
mod backup;
mod capability;
mod command;
mod effects;
mod figures;
mod ids;
mod known;
mod names;
mod operation;
mod service;
mod state;
mod team;
mod text;
mod timeline;
mod variables;

pub use addon::{Addon, Endpoint, Owner};
pub use app::{App, Release};
pub use attachment::{Attachment, check_alias, variable_name};
pub use backup::{Backup, BackupState};
pub use capability::{Capability, Verb};
pub use command::{Command, CreateAddon};
pub use effects::{AppEffect, Change, Danger, Effects, Risk, VariableValue};
pub use figures::{age, duration, limit_value, size};
pub use ids::{AddonKey, OperationId, ProfileName};
pub use known::Known;
pub use names::{NAME_RULE, check_name, suggest_name};
pub use operation::{Operation, Outcome};
pub use service::{Catalog, Limit, Plan, Price, Service, ServiceSpec};
pub use state::{Health, State};
pub use team::{Account, Team};
pub use text::{printable, shell_line, shell_quote};
pub use timeline::{EventStatus, TimelineEvent};
pub use variables::{ConfigVar, ConfigVarName, Preview};
