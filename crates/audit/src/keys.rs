//! Secret keys: for the records' own MACs, and for personal values.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Error, hex};

const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 24;

/// 32 bytes that are wiped when they are dropped.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<[u8; KEY_LEN]>);

impl Secret {
    fn new(bytes: &[u8]) -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        if bytes.len() != KEY_LEN {
            return Err(Error::usage(format!("a key has {KEY_LEN} bytes, not {}", bytes.len())));
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    pub(crate) fn random() -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        getrandom::fill(&mut *key).map_err(|_| Error::usage("the system gives no random bytes"))?;
        Ok(Self(key))
    }

    /// Encrypts: nonce, then ciphertext. `context` is attested, not stored.
    fn encrypt(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| Error::usage("the system gives no random bytes"))?;
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::usage("a value is too long to be encrypted"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn decrypt(&self, context: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let payload = Payload { msg: sealed, aad: context };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// The key that an application signs its records with, kept away from the database: whoever can write to the database but
/// does not have it cannot make a record that [`verify`](crate::Trail::verify) takes for one of the application.
#[derive(Clone)]
pub struct RecordKey(Secret);

impl RecordKey {
    /// A key of 32 random bytes.
    ///
    /// # Errors
    ///
    /// Another number of bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        Secret::new(bytes).map(Self)
    }

    pub(crate) fn mac(&self, bytes: &[u8]) -> Vec<u8> {
        self.keyed(bytes).finalize().into_bytes().to_vec()
    }

    pub(crate) fn verifies(&self, bytes: &[u8], mac: &[u8]) -> bool {
        self.keyed(bytes).verify_slice(mac).is_ok()
    }

    fn keyed(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac: Hmac<Sha256> = KeyInit::new_from_slice(&*self.0.0).expect("HMAC takes keys of any length");
        mac.update(b"tracing-privacy-audit record 1\n");
        mac.update(bytes);
        mac
    }
}

/// The key under which the keys of persons are stored. Keep it away from the database.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// A key of 32 random bytes.
    ///
    /// # Errors
    ///
    /// Another number of bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        Secret::new(bytes).map(Self)
    }

    /// Makes the key of a person, and the form in which it is stored.
    pub(crate) fn new_subject(&self, subject: &str) -> Result<Vec<u8>, Error> {
        self.0.encrypt(&subject_context(subject), &*Secret::random()?.0)
    }

    /// Reads the stored form of a person's key.
    pub(crate) fn subject(&self, subject: &str, wrapped: &[u8]) -> Result<SubjectKey, Error> {
        let key = self.0.decrypt(&subject_context(subject), wrapped);
        let key = key.ok_or_else(|| Error::damaged("the key of a person cannot be read with this master key"))?;
        Ok(SubjectKey { secret: Secret::new(&key)?, subject: subject.to_owned() })
    }
}

fn subject_context(subject: &str) -> Vec<u8> {
    [b"tracing-privacy-audit subject 1\n", subject.as_bytes()].concat()
}

/// The key of one person.
pub(crate) struct SubjectKey {
    secret: Secret,
    subject: String,
}

/// The member that says that a value is encrypted.
const ENCRYPTED: &str = "encrypted";

impl SubjectKey {
    /// Encrypts the value of a field: `{"encrypted": "…"}`.
    pub(crate) fn encrypt(&self, path: &str, value: &serde_json::Value) -> Result<serde_json::Value, Error> {
        let plain = Zeroizing::new(value.to_string());
        let sealed = self.secret.encrypt(&self.context(path), plain.as_bytes())?;
        Ok(serde_json::json!({ ENCRYPTED: hex::encode(&sealed) }))
    }

    /// Decrypts what [`encrypt`](Self::encrypt) made; nothing if it was made with another key.
    pub(crate) fn decrypt(&self, path: &str, value: &serde_json::Value) -> Option<serde_json::Value> {
        let sealed = hex::decode(encrypted(value)?)?;
        serde_json::from_slice(&self.secret.decrypt(&self.context(path), &sealed)?).ok()
    }

    fn context(&self, path: &str) -> Vec<u8> {
        [b"tracing-privacy-audit value 1\n", self.subject.as_bytes(), b"\n", path.as_bytes()].concat()
    }
}

/// The ciphertext of a value, if it is an encrypted one.
pub(crate) fn encrypted(value: &serde_json::Value) -> Option<&str> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get(ENCRYPTED)?.as_str()
}

macro_rules! hidden {
    ($($key:ty),*) => {$(
        impl fmt::Debug for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($key), "(…)"))
            }
        }
    )*};
}
hidden!(RecordKey, MasterKey);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_comes_back_with_its_key_only() {
        let master = MasterKey::new(&[7; 32]).unwrap();
        let wrapped = master.new_subject("user/42").unwrap();
        let key = master.subject("user/42", &wrapped).unwrap();
        let sealed = key.encrypt("/name", &json!("Jane Roe")).unwrap();
        assert!(!sealed.to_string().contains("Jane"));
        assert_eq!(key.decrypt("/name", &sealed), Some(json!("Jane Roe")));
        assert_eq!(key.decrypt("/other", &sealed), None);

        let another = master.subject("user/42", &master.new_subject("user/42").unwrap()).unwrap();
        assert_eq!(another.decrypt("/name", &sealed), None);
        assert!(master.subject("user/43", &wrapped).is_err());
        assert!(MasterKey::new(&[8; 32]).unwrap().subject("user/42", &wrapped).is_err());
    }

    #[test]
    fn keys_show_nowhere() {
        assert_eq!(format!("{:?}", RecordKey::new(&[7; 32]).unwrap()), "RecordKey(…)");
        assert_eq!(RecordKey::new(&[7; 31]).unwrap_err().to_string(), "a key has 32 bytes, not 31");
    }
}
