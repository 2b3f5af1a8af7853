//! A backup as a file: the program writes it into one of ours, which is gone again when it has been read.

use std::fs::{DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream;
use tokio::io::AsyncReadExt;

use super::{BackupId, Program, argv};
use crate::model::printable;
use crate::platform::{Download, ReadError, ReadErrorKind};

/// So much is read at once.
const PIECE: usize = 64 << 10;

/// The name of the file in its folder.
const FILE: &str = "backup";

/// A folder of ours for one file, removed with all that is in it.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a folder of a download could not be removed");
        }
    }
}

impl Program {
    /// The bytes of a backup of a PostgreSQL database: a physical archive, not SQL (handbook). `selector` is the variable of
    /// `app` that has the database's address. Nothing is known of how far it is before the program has ended; whoever stops
    /// waiting ends it.
    ///
    /// # Errors
    /// As any asking of the program, or when there is no place for the file.
    pub(in crate::platform::watasu) async fn download(
        &self,
        id: &BackupId,
        selector: &str,
        app: &str,
    ) -> Result<Download, ReadError> {
        let aside = Aside::new().map_err(|error| cannot("made", &error))?;
        let path = aside.0.join(FILE);
        // Where the file is there already it would want to be told to overwrite it.
        let words = argv::download(id, selector, app, &path.to_string_lossy());
        let words = words.map_err(|why| ReadError::unsupported(&why))?;
        self.ask_within(&words, None).await?.ended_well(self)?;
        let opened = std::fs::set_permissions(&path, Permissions::from_mode(0o600)).and_then(|()| File::open(&path));
        let file = opened.map_err(|error| cannot("read", &error))?;
        let size = file.metadata().map_err(|error| cannot("read", &error))?.len();
        // What is open can be read to its end although it has no name any more.
        drop(aside);
        let pieces = stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece).await.map_err(|error| cannot("read", &error))?;
            piece.truncate(length);
            Ok((length > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(Download { size: Some(size), checksum: None, extension: None, bytes: Box::pin(pieces.into_stream()) })
    }
}

impl Aside {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("attache-{:016x}", rand::random::<u64>()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

fn cannot(what: &str, error: &std::io::Error) -> ReadError {
    let message = format!("The file for the backup can't be {what}: {error}.");
    ReadError::new(ReadErrorKind::CutOff, printable(&message))
}
