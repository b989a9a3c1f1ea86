//! Signed statements of how the chain stood.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::seal::head;
use crate::database::{AuditDatabase, Row, finish};
use crate::{Error, Timestamp, Trail, hex};

const SIGNING: &str = "making a checkpoint";

/// A signed statement: at that time, the chain had that hash at that position.
///
/// It can be kept as JSON. Ship it to where whoever can change the database cannot: only a checkpoint from elsewhere shows that
/// the end of the chain was cut off, or all of it made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The position of the last link.
    pub position: i64,
    /// Its hash, as hex digits.
    pub hash: String,
    /// When it was made.
    pub made: Timestamp,
    /// Which key signed it.
    pub key_id: String,
    /// The Ed25519 signature, as hex digits.
    pub signature: String,
}

impl Checkpoint {
    pub(crate) fn from_row(row: &Row, at: usize) -> Result<Self, Error> {
        Ok(Self {
            position: row.integer(at)?,
            hash: hex::encode(row.bytes(at + 1)?),
            made: Timestamp::from_micros(row.integer(at + 2)?),
            key_id: row.text(at + 3)?.to_owned(),
            signature: hex::encode(row.bytes(at + 4)?),
        })
    }

    fn message(&self) -> Vec<u8> {
        let Self { position, hash, made, key_id, signature: _ } = self;
        let made = made.as_micros();
        format!("tracing-privacy-audit checkpoint 1\n{position}\n{hash}\n{made}\n{key_id}\n").into_bytes()
    }

    /// Whether the signature is by that key.
    pub fn is_signed_by(&self, key: &CheckpointPublicKey) -> bool {
        let signature = hex::decode(&self.signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
        self.key_id == key.id() && signature.is_some_and(|it| key.0.verify_strict(&self.message(), &it).is_ok())
    }
}

/// The key that signs checkpoints. Keep it away from the database.
#[derive(Clone)]
pub struct CheckpointKey(SigningKey);

impl CheckpointKey {
    /// A key from its 32 secret bytes, which must be random.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The public half.
    pub fn public(&self) -> CheckpointPublicKey {
        CheckpointPublicKey(self.0.verifying_key())
    }

    fn sign(&self, position: i64, hash: &[u8]) -> Checkpoint {
        let (made, key_id) = (Timestamp::now(), self.public().id());
        let mut checkpoint = Checkpoint { position, hash: hex::encode(hash), made, key_id, signature: String::new() };
        checkpoint.signature = hex::encode(&self.0.sign(&checkpoint.message()).to_bytes());
        checkpoint
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckpointKey({})", self.public().id())
    }
}

/// The key that checkpoints are checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckpointPublicKey(VerifyingKey);

impl CheckpointPublicKey {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    ///
    /// The bytes are no key.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, Error> {
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| Error::usage("these bytes are no Ed25519 key"))
    }

    /// Its 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// What checkpoints call it: the first 16 hex digits of its SHA-256.
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0.to_bytes())[..8])
    }
}

impl fmt::Debug for CheckpointPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckpointPublicKey({})", self.id())
    }
}

impl<DB: AuditDatabase> Trail<DB> {
    /// Signs the chain as it stands, and keeps the checkpoint beside it. Answers nothing if the chain is empty, and the
    /// checkpoint that is there if it already ends with one.
    ///
    /// What is signed is first followed from the checkpoint before: a chain that does not continue it is not signed.
    ///
    /// # Errors
    ///
    /// The chain was tampered with since the last checkpoint (run [`verify`](Self::verify)); the database refuses.
    pub async fn checkpoint(
        &self,
        conn: &mut DB::Connection,
        key: &CheckpointKey,
    ) -> Result<Option<Checkpoint>, Error> {
        let mut transaction = DB::begin_alone(conn).await.map_err(Error::database(SIGNING))?;
        let outcome = self.sign(&mut transaction, key).await;
        finish(transaction, outcome, SIGNING).await
    }

    async fn sign(&self, conn: &mut DB::Connection, key: &CheckpointKey) -> Result<Option<Checkpoint>, Error> {
        let failed = Error::database(SIGNING);
        let (position, hash) = head::<DB>(conn).await?;
        let last =
            "SELECT position, hash, made_us, key_id, signature FROM audit_checkpoint ORDER BY position DESC LIMIT 1";
        let rows = DB::fetch(conn, last, vec![]).await.map_err(&failed)?;
        let last = rows.first().map(|row| Checkpoint::from_row(row, 0)).transpose()?;
        let public = key.public();
        if last.as_ref().is_some_and(|last| last.key_id == public.id() && !last.is_signed_by(&public)) {
            return Err(Error::damaged("the last checkpoint is forged: it was not signed by its key"));
        }
        if !self.continues(conn, last.as_ref(), position).await? {
            return Err(Error::damaged(
                "the chain does not continue the last checkpoint, so it is not signed: verify it",
            ));
        }
        if position == 0 || last.as_ref().is_some_and(|last| last.position == position) {
            return Ok(last);
        }
        let checkpoint = key.sign(position, &hash);
        let values = vec![
            position.into(),
            hash.into(),
            checkpoint.made.as_micros().into(),
            checkpoint.key_id.as_str().into(),
            hex::decode(&checkpoint.signature).into(),
        ];
        let insert = "INSERT INTO audit_checkpoint (position, hash, made_us, key_id, signature) VALUES (?, ?, ?, ?, ?)";
        DB::execute(conn, insert, values).await.map_err(failed)?;
        Ok(Some(checkpoint))
    }
}
