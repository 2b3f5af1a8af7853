//! One process, held so that its pid can't become another's, and finding the processes of an add-on.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::time::Instant;

use crate::local::user;
use crate::proc_stat::ProcStat;

/// A running process. The kernel's handle stays with this very process, whatever becomes of its number.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    handle: OwnedFd,
}

impl Process {
    /// The process of that number; `None` when there is none.
    pub fn open(pid: u32) -> io::Result<Option<Self>> {
        let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        match pidfd_open(number, PidfdFlags::empty()) {
            Ok(handle) => Ok(Some(Self { pid, handle })),
            Err(Errno::SRCH) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// All processes of ours that run under one of these names and belong to this folder: they work in it, or one of their
    /// arguments lies in it. A shell or an editor that somebody has open there has another name, and is left alone.
    pub fn of(names: &[&str], folder: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if !belongs(pid, names, folder) {
                continue;
            }
            // Looked at again once it is held: what was true of the number is now true of this process.
            if let Some(process) = Self::open(pid)?
                && belongs(pid, names, folder)
                && !process.has_ended()
            {
                found.push(process);
            }
        }
        Ok(found)
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The number of the process that started it; `None` when it has ended.
    pub fn parent(&self) -> Option<u32> {
        ProcStat::read(self.pid).map(|stat| stat.parent)
    }

    /// Sends a signal. That it has ended meanwhile is no error.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.handle, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        let mut polled = [PollFd::new(&self.handle, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut polled, Some(&at_once)).is_ok_and(|ready| ready > 0)
    }

    /// Waits for its end, whoever its parent is. False when the deadline came first.
    pub async fn ended(&self, deadline: Instant) -> bool {
        if self.has_ended() {
            return true;
        }
        let Ok(handle) = self.handle.try_clone() else { return false };
        // tokio's own watcher of file handles can't be had without `unsafe` or a deprecated call.
        let waited = tokio::task::spawn_blocking(move || {
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
                match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&left)) {
                    Err(Errno::INTR) => {}
                    result => return result.is_ok_and(|ready| ready > 0),
                }
            }
        });
        waited.await.unwrap_or(false)
    }

    /// Whether it listens on that TCP port, by the kernel's own account. Known before anything is sent there, so a stranger
    /// on an add-on's port never gets to see a password.
    pub fn listens_on(&self, port: u16) -> bool {
        let Ok(files) = fs::read_dir(format!("/proc/{}/fd", self.pid)) else { return false };
        let sockets: BTreeSet<String> = files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
            .collect();
        let listening = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        listening_sockets(&listening, port).any(|inode| sockets.contains(inode))
    }
}

/// The inodes of the sockets that listen on a port, from the text of `/proc/net/tcp`.
fn listening_sockets(table: &str, port: u16) -> impl Iterator<Item = &str> {
    const LISTEN: &str = "0A";
    let port = format!(":{port:04X}");
    table.lines().filter_map(move |line| {
        let mut fields = line.split_whitespace();
        let local = fields.nth(1)?;
        let state = fields.nth(1)?;
        (local.ends_with(&port) && state == LISTEN).then(|| fields.nth(5))?
    })
}

fn belongs(pid: u32, names: &[&str], folder: &Path) -> bool {
    let about = Path::new("/proc").join(pid.to_string());
    let is_named = || {
        let name = fs::read_to_string(about.join("comm")).unwrap_or_default();
        names.contains(&name.trim_end())
    };
    let is_ours = || fs::metadata(&about).is_ok_and(|metadata| metadata.uid() == user::own_uid());
    let works_there = || {
        // The folder may have been removed under it: the kernel then appends a remark.
        fs::read_link(about.join("cwd")).is_ok_and(|cwd| {
            let bytes = cwd.as_os_str().as_bytes();
            let plain = bytes.strip_suffix(b" (deleted)").unwrap_or(bytes);
            Path::new(OsStr::from_bytes(plain)).starts_with(folder)
        })
    };
    let names_it = || {
        let line = fs::read(about.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| Path::new(OsStr::from_bytes(word)).starts_with(folder))
    };
    is_named() && is_ours() && (works_there() || names_it())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:5000 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 4711 1 0 100 0 0 10 0\n\
             1: 0100007F:5000 0100007F:9999 01 00000000:00000000 00:00000000 00000000   999        0 4712 1 0 100 0 0 10 0\n";
        assert_eq!(listening_sockets(table, 0x5000).collect::<Vec<_>>(), ["4711"]);
        assert_eq!(listening_sockets(table, 0x5001).count(), 0);
    }

    #[test]
    fn only_the_process_that_listens_is_said_to_listen() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ourselves = Process::open(std::process::id()).unwrap().unwrap();
        assert!(ourselves.listens_on(port));
        drop(listener);
        assert!(!ourselves.listens_on(port));
    }

    #[test]
    fn no_process_has_a_number_that_is_free() {
        assert!(Process::open(0).unwrap().is_none());
        assert!(Process::open(u32::MAX).unwrap().is_none());
    }
}
