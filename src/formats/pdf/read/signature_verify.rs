//! Digest computation and public key verification for signatures.

use der::asn1::ObjectIdentifier;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use x509_cert::der::Encode;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// Digest algorithm of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestAlgorithm {
    /// SHA-1: insecure for new signatures, but used by many old ones.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// All algorithms.
    pub(crate) const ALL: [DigestAlgorithm; 4] =
        [DigestAlgorithm::Sha256, DigestAlgorithm::Sha1, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

    /// Algorithm with this object identifier, if supported.
    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        match oid.to_string().as_str() {
            "1.3.14.3.2.26" => Some(DigestAlgorithm::Sha1),
            "2.16.840.1.101.3.4.2.1" => Some(DigestAlgorithm::Sha256),
            "2.16.840.1.101.3.4.2.2" => Some(DigestAlgorithm::Sha384),
            "2.16.840.1.101.3.4.2.3" => Some(DigestAlgorithm::Sha512),
            _ => None,
        }
    }

    /// Digest of the concatenation of `parts`.
    pub(crate) fn compute(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hasher = D::new();
            parts.iter().for_each(|part| hasher.update(part));
            hasher.finalize().to_vec()
        }
        match self {
            DigestAlgorithm::Sha1 => run::<Sha1>(parts),
            DigestAlgorithm::Sha256 => run::<Sha256>(parts),
            DigestAlgorithm::Sha384 => run::<Sha384>(parts),
            DigestAlgorithm::Sha512 => run::<Sha512>(parts),
        }
    }
}

/// Result of verifying a signature against a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyVerification {
    /// The signature matches the key.
    Valid,
    /// It does not match.
    Invalid,
    /// Unsupported type of key or signature.
    Unsupported,
}

/// Verifies `signature` over the digest `hashed` with the certificate's key (RSA up to 4096 bits, or ECDSA P-256).
pub(crate) fn verify(
    key: &SubjectPublicKeyInfoOwned,
    method: &AlgorithmIdentifierOwned,
    digest: DigestAlgorithm,
    hashed: &[u8],
    signature: &[u8],
) -> KeyVerification {
    let outcome = |matches: bool| if matches { KeyVerification::Valid } else { KeyVerification::Invalid };
    if key.algorithm.oid == RSA_KEY {
        let Some(public) = key.to_der().ok().and_then(|der| RsaPublicKey::from_public_key_der(&der).ok()) else {
            return KeyVerification::Unsupported;
        };
        if method.oid == RSA_PSS {
            let scheme = match digest {
                DigestAlgorithm::Sha1 => Pss::new::<Sha1>(),
                DigestAlgorithm::Sha256 => Pss::new::<Sha256>(),
                DigestAlgorithm::Sha384 => Pss::new::<Sha384>(),
                DigestAlgorithm::Sha512 => Pss::new::<Sha512>(),
            };
            return outcome(public.verify(scheme, hashed, signature).is_ok());
        }
        let scheme = match digest {
            DigestAlgorithm::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
            DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        return outcome(public.verify(scheme, hashed, signature).is_ok());
    }
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok());
    if key.algorithm.oid == EC_KEY && curve == Some(P256) {
        let public = p256::ecdsa::VerifyingKey::from_sec1_bytes(key.subject_public_key.raw_bytes());
        let signature = p256::ecdsa::Signature::from_der(signature);
        return match (public, signature) {
            (Ok(public), Ok(signature)) => outcome(public.verify_prehash(hashed, &signature).is_ok()),
            _ => KeyVerification::Invalid,
        };
    }
    KeyVerification::Unsupported
}
