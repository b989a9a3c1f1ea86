//! What may be recorded of each type of entity, and written to it.

mod patch;
mod pointer;
mod retention;

use crate::Error;

pub use self::patch::PatchOperation;
pub(crate) use self::pointer::Pointer;
use self::retention::PCI_MONTHS;
pub use self::retention::Retention;

/// A type of entity (`user`, `invoice`): which of its fields may be recorded and changed, and how long records are kept.
///
/// Fields are named by the name of a top-level member or by a JSON Pointer (`/address/city`). To allow a field is to allow
/// what lies inside it. Allowed values still go through the privacy policy. Of all other fields it is recorded that they
/// changed, and nothing more.
///
/// ```
/// use tracing_privacy_audit::{EntityType, Retention};
///
/// let user = EntityType::new("user")
///     .allow(["email", "role", "/address/city"])
///     .retention(Retention::years(3)?)
///     .snapshot("SELECT json_object('email', email, 'role', role) FROM users WHERE id = ?");
/// # Ok::<(), tracing_privacy_audit::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `TrailBuilder::entity`"]
pub struct EntityType {
    name: String,
    allowed: Vec<String>,
    personal: Vec<String>,
    retention: Retention,
    pci: bool,
    snapshot: Option<&'static str>,
    watched: Option<(&'static str, &'static str)>,
}

impl EntityType {
    /// A type of which nothing may be recorded yet but that something happened to it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            allowed: Vec::new(),
            personal: Vec::new(),
            retention: Retention::default(),
            pci: false,
            snapshot: None,
            watched: None,
        }
    }

    /// Allows fields to be recorded, through the policy, and to be changed by a patch.
    pub fn allow<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.allowed.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Allows fields that hold what is known of a person and must be kept readable: they are recorded encrypted under a key
    /// of that person (of the entity, unless [`Entry::subject`](crate::Entry::subject) says another), and are gone when
    /// that key is.
    pub fn personal<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.personal.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Sets how long records of this type are kept.
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Says that records of this type are in the scope of PCI DSS, which asks for twelve months: a shorter retention is
    /// refused.
    pub fn pci(mut self) -> Self {
        self.pci = true;
        self
    }

    /// Sets the query that reads an entity by its id, for [`Trail::change`](crate::Trail::change): one row with one column of
    /// JSON text. The id is bound as text to the one `?`, in PostgreSQL too. There, end it with `FOR UPDATE`, so that nobody
    /// changes the row between reading and writing.
    pub fn snapshot(mut self, sql: &'static str) -> Self {
        self.snapshot = Some(sql);
        self
    }

    /// Names the table in which each row is an entity of this type, and its column with the id:
    /// [`Trail::watch`](crate::Trail::watch) has the database note changes of it that nobody records.
    ///
    /// The names are those of the table and the column as they are stored, without a schema.
    pub fn watch(mut self, table: &'static str, id_column: &'static str) -> Self {
        self.watched = Some((table, id_column));
        self
    }

    pub(crate) fn compile(self) -> Result<Entity, Error> {
        let name = self.name;
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        {
            return Err(Error::declaration(
                "the name of an entity type: give 1 to 64 of a-z, A-Z, 0-9, `_`, `.` and `-`",
            ));
        }
        if self.pci && self.retention.as_months() < PCI_MONTHS {
            let retention = self.retention;
            return Err(Error::declaration(format!(
                "`{name}` is in the scope of PCI DSS, which asks for {PCI_MONTHS} months of audit trail; it keeps {retention}"
            )));
        }
        let parse =
            |fields: Vec<String>| fields.iter().map(|field| Pointer::parse(field)).collect::<Result<Vec<_>, _>>();
        let (allowed, personal) = (parse(self.allowed)?, parse(self.personal)?);
        let watched = match self.watched {
            None => None,
            Some((table, id_column)) if is_identifier(table) && is_identifier(id_column) => {
                Some(Watched { entity: name.clone(), table: table.to_owned(), id_column: id_column.to_owned() })
            }
            Some(_) => {
                return Err(Error::declaration(format!(
                    "`{name}` watches a table: give its name and that of a column as a-z, A-Z, 0-9 and `_`, without a schema"
                )));
            }
        };
        Ok(Entity { name, allowed, personal, retention: self.retention, snapshot: self.snapshot, watched })
    }
}

/// An entity type, checked.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) name: String,
    allowed: Vec<Pointer>,
    personal: Vec<Pointer>,
    pub(crate) retention: Retention,
    pub(crate) snapshot: Option<&'static str>,
    pub(crate) watched: Option<Watched>,
}

/// A table whose changes the database notes.
#[derive(Debug)]
pub struct Watched {
    pub(crate) entity: String,
    pub(crate) table: String,
    pub(crate) id_column: String,
}

/// Whether a name can stand in SQL.
fn is_identifier(name: &str) -> bool {
    name.len() <= 40 && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// How the values of a field are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disclosure {
    /// Not at all.
    Withheld,
    /// Through the policy.
    Policy,
    /// Encrypted under a person's key.
    Personal,
}

impl Entity {
    pub(crate) fn disclosure(&self, path: &[String]) -> Disclosure {
        let covered = |fields: &[Pointer]| fields.iter().any(|field| field.covers(path));
        match (covered(&self.personal), covered(&self.allowed)) {
            // The stricter wins.
            (true, _) => Disclosure::Personal,
            (false, true) => Disclosure::Policy,
            (false, false) => Disclosure::Withheld,
        }
    }

    pub(crate) fn has_personal(&self) -> bool {
        !self.personal.is_empty()
    }

    /// Whether all that lies at a path may be written.
    fn writable(&self, path: &[String]) -> bool {
        self.disclosure(path) != Disclosure::Withheld
    }
}
