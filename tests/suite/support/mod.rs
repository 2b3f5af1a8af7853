//! What several levels of tests share.

pub(crate) mod home;
