//! Certificates of authorities that are trusted beside the system's own: `--ca-file`, `ATTACHE_CA_FILE`, `ca_file` of a
//! profile. They are added; nothing is ever taken away, and nothing is checked less.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject, SectionKind};

use super::ConfigError;
use crate::model::{printable, shell_quote};

/// More than this, in bytes, is no bundle of certificates: that of a whole system has a quarter of a megabyte.
const LARGEST: u64 = 8 << 20;

/// Certificates of authorities, with the files that they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities {
    /// Where they came from, as it was named.
    pub files: Vec<PathBuf>,
    /// The certificates; each can be an authority's.
    pub certificates: Vec<CertificateDer<'static>>,
}

impl Authorities {
    /// Adds those of a file that `by` names: `--ca-file`.
    ///
    /// # Errors
    /// A sentence, when the file can't be read or is not what it should be.
    pub(super) fn add(&mut self, by: &str, file: &Path) -> Result<(), ConfigError> {
        if self.files.iter().any(|known| known == file) {
            return Ok(());
        }
        let certificates = of_file(file).map_err(|why| {
            let shown = printable(&file.display().to_string());
            ConfigError(format!("The file {shown}, named by {by} for certificates of authorities, {why}"))
        })?;
        self.certificates.extend(certificates);
        self.files.push(file.to_owned());
        Ok(())
    }

    /// The files, for a sentence; `None` where none was named.
    pub fn shown(&self) -> Option<String> {
        let names: Vec<String> = self.files.iter().map(|file| printable(&file.display().to_string())).collect();
        (!names.is_empty()).then(|| names.join(" and "))
    }
}

fn of_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    const WANTED: &str = "Name a PEM file with certificates alone (-----BEGIN CERTIFICATE-----).";
    let cannot = |error: std::io::Error| format!("can't be read: {error}. {WANTED}");
    let opened = File::open(file).map_err(cannot)?;
    if opened.metadata().map_err(cannot)?.is_dir() {
        return Err(format!("is a folder. {WANTED}"));
    }
    let mut bytes = Vec::new();
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.is_empty() {
        return Err(format!("is empty. {WANTED}"));
    }
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than certificates are. {WANTED}"));
    }
    // The first bytes of a certificate that is not in PEM.
    if bytes.starts_with(&[0x30, 0x82]) {
        let quoted = shell_quote(&file.display().to_string());
        return Err(format!("is not PEM, it seems to be DER. Convert it: openssl x509 -inform der -in {quoted}"));
    }
    let sections: Result<Vec<(SectionKind, Vec<u8>)>, _> = PemObject::pem_slice_iter(&bytes).collect();
    let sections = sections.map_err(|_| format!("is damaged: a part of it is not PEM. {WANTED}"))?;
    let is_key = |kind: &SectionKind| {
        matches!(kind, SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey)
    };
    if sections.iter().any(|(kind, _)| is_key(kind)) {
        return Err(format!("holds a private key, so it was not used: that belongs to a server alone. {WANTED}"));
    }
    let is_certificate =
        |(kind, der): (SectionKind, Vec<u8>)| (kind == SectionKind::Certificate).then(|| CertificateDer::from(der));
    let certificates: Vec<_> = sections.into_iter().filter_map(is_certificate).collect();
    if certificates.is_empty() {
        return Err(format!("holds no certificate. {WANTED}"));
    }
    for (index, certificate) in certificates.iter().enumerate() {
        if RootCertStore::empty().add(certificate.clone()).is_err() {
            return Err(format!("holds something as its certificate {} that is none. {WANTED}", index + 1));
        }
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = include_str!("../../tests/suite/bastion/pem/authority.pem");
    const OTHER: &str = include_str!("../../tests/suite/bastion/pem/other-authority.pem");
    const KEY: &str = include_str!("../../tests/suite/bastion/pem/localhost.key");

    fn of(file: &Path, by: &str) -> Result<Authorities, ConfigError> {
        let mut authorities = Authorities::default();
        authorities.add(by, file).map(|()| authorities)
    }

    fn read(bytes: impl AsRef<[u8]>) -> Result<Authorities, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, bytes).unwrap();
        of(&file, "--ca-file")
    }

    #[test]
    fn one_or_more_certificates_are_read_with_the_text_around_them() {
        assert_eq!(read(AUTHORITY).unwrap().certificates.len(), 1);
        let both = read(format!("# ours\n{AUTHORITY}\nsubject=CN = other\n{OTHER}")).unwrap();
        assert_eq!(both.certificates.len(), 2);
        assert!(both.shown().unwrap().ends_with("ca.pem"));
        assert_eq!(Authorities::default().shown(), None);
    }

    #[test]
    fn what_is_no_list_of_certificates_is_refused_with_what_it_is() {
        let damaged = AUTHORITY.replace("-----END CERTIFICATE-----", "");
        let none = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        for (bytes, why) in [
            (&b""[..], "is empty."),
            (b"hello", "holds no certificate."),
            (KEY.as_bytes(), "holds a private key"),
            (format!("{AUTHORITY}{KEY}").as_bytes(), "holds a private key"),
            (&[0x30, 0x82, 3, 4], "seems to be DER. Convert it: openssl x509"),
            (damaged.as_bytes(), "is damaged"),
            (none.as_bytes(), "as its certificate 1 that is none"),
            (&vec![b' '; LARGEST as usize + 1], "is larger than"),
        ] {
            let error = read(bytes).unwrap_err().0;
            assert!(error.contains(why) && error.contains("named by --ca-file"), "{error}");
            assert!(!error.contains("MIGHAg") && !error.contains("hello"), "{error}");
        }
        let error = of(Path::new("/nowhere/ca.pem"), "ATTACHE_CA_FILE").unwrap_err().0;
        assert!(
            error.contains("/nowhere/ca.pem, named by ATTACHE_CA_FILE") && error.contains("can't be read"),
            "{error}"
        );
        let error = of(Path::new("/"), "--ca-file").unwrap_err().0;
        assert!(error.contains("is a folder"), "{error}");
    }
}
