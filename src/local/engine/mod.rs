//! The engine.
/// The folder of all add-ons' folders.
pub const ADDONS_FOLDER: &str = "addons";
