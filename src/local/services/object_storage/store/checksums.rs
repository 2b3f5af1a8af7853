//! The checksums that clients send, ask for and get back.

use std::collections::BTreeMap;

use crc_fast::CrcAlgorithm;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use s3s::dto;
use serde::{Deserialize, Serialize};

/// One kind of checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// CRC-32 of ISO-HDLC.
    Crc32,
    /// CRC-32 of Castagnoli.
    Crc32c,
    /// CRC-64 of NVME.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// S3's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The header that carries it.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The one of that S3 name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The CRC behind it, where it is one: only CRCs of parts combine to that of the whole.
    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// Whether the checksums of parts combine to that of the whole.
    pub fn combines(self) -> bool {
        self.crc().is_some()
    }
}

/// Checksums of one object or part, in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// By algorithm.
    pub values: BTreeMap<Algorithm, String>,
    /// Made from the checksums of the parts instead of from the bytes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub composite: bool,
}

impl Checksums {
    /// From what a hasher found.
    pub fn of(found: dto::Checksum) -> Self {
        let values = [
            (Algorithm::Crc32, found.checksum_crc32),
            (Algorithm::Crc32c, found.checksum_crc32c),
            (Algorithm::Crc64nvme, found.checksum_crc64nvme),
            (Algorithm::Sha1, found.checksum_sha1),
            (Algorithm::Sha256, found.checksum_sha256),
        ];
        let values = values.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect();
        Self { values, composite: false }
    }

    /// The first algorithm whose value here is another than in `found`.
    pub fn differs_from(&self, found: &Self) -> Option<Algorithm> {
        self.values.iter().find(|(algorithm, value)| found.values.get(algorithm) != Some(value)).map(|(a, _)| *a)
    }

    /// The value of one algorithm.
    pub fn get(&self, algorithm: Algorithm) -> Option<String> {
        self.values.get(&algorithm).cloned()
    }

    /// S3's word for how it was made; nothing when there is none.
    pub fn kind(&self) -> Option<dto::ChecksumType> {
        let kind = if self.composite { dto::ChecksumType::COMPOSITE } else { dto::ChecksumType::FULL_OBJECT };
        (!self.values.is_empty()).then(|| dto::ChecksumType::from_static(kind))
    }
}

/// A hasher for these algorithms.
pub fn hasher(algorithms: impl IntoIterator<Item = Algorithm>) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::default();
    for algorithm in algorithms {
        match algorithm {
            Algorithm::Crc32 => hasher.crc32 = Some(s3s::crypto::Crc32::new()),
            Algorithm::Crc32c => hasher.crc32c = Some(s3s::crypto::Crc32c::new()),
            Algorithm::Crc64nvme => hasher.crc64nvme = Some(s3s::crypto::Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(s3s::crypto::Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(s3s::crypto::Sha256::new()),
        }
    }
    hasher
}

/// The checksum of a whole from those of its parts (value and size of each); nothing when a part has none.
pub fn combine(algorithm: Algorithm, full_object: bool, parts: &[(Option<String>, u64)]) -> Option<Checksums> {
    let mut decoded = Vec::with_capacity(parts.len());
    for (value, size) in parts {
        decoded.push((base64_simd::STANDARD.decode_to_vec(value.as_deref()?).ok()?, *size));
    }
    let value = if full_object {
        let crc = algorithm.crc()?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        let (first, rest) = decoded.split_first()?;
        let sum = rest
            .iter()
            .fold(number(&first.0), |sum, (bytes, size)| crc_fast::checksum_combine(crc, sum, number(bytes), *size));
        base64_simd::STANDARD.encode_to_string(&sum.to_be_bytes()[8 - first.0.len().min(8)..])
    } else {
        let mut hasher = hasher([algorithm]);
        decoded.iter().for_each(|(bytes, _)| hasher.update(bytes));
        let sum = Checksums::of(hasher.finalize()).get(algorithm)?;
        format!("{sum}-{}", parts.len())
    };
    Some(Checksums { values: BTreeMap::from([(algorithm, value)]), composite: !full_object })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(algorithm: Algorithm, bytes: &[u8]) -> Checksums {
        let mut hasher = hasher([algorithm]);
        hasher.update(bytes);
        Checksums::of(hasher.finalize())
    }

    #[test]
    fn crcs_of_parts_combine_to_that_of_the_whole() {
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme] {
            let parts: Vec<_> = [&b"one "[..], b"two ", b"three"]
                .iter()
                .map(|part| (sum(algorithm, part).get(algorithm), part.len() as u64))
                .collect();
            assert_eq!(combine(algorithm, true, &parts), Some(sum(algorithm, b"one two three")), "{algorithm:?}");
        }
        assert_eq!(combine(Algorithm::Sha1, true, &[(sum(Algorithm::Sha1, b"a").get(Algorithm::Sha1), 1)]), None);
    }

    #[test]
    fn a_composite_says_how_many_parts() {
        let parts = [
            (sum(Algorithm::Sha256, b"a").get(Algorithm::Sha256), 1),
            (sum(Algorithm::Sha256, b"b").get(Algorithm::Sha256), 1),
        ];
        let whole = combine(Algorithm::Sha256, false, &parts).unwrap();
        assert!(whole.composite && whole.get(Algorithm::Sha256).unwrap().ends_with("=-2"));
        assert_eq!(combine(Algorithm::Sha256, false, &[(None, 1)]), None);
    }
}
