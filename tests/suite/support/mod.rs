//! What several levels of tests share.

pub(crate) mod between;
pub(crate) mod eventually;
pub(crate) mod frames;
pub(crate) mod home;
pub(crate) mod openapi;
pub(crate) mod plain;
pub(crate) mod pty;
pub(crate) mod screen;
pub(crate) mod telling;
