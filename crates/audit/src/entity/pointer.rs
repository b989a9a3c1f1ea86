//! Paths of fields: JSON Pointers (RFC 6901).

use std::fmt;

use crate::Error;

/// A path into a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer (`/address/city`), or the name of a member (`address`).
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let Some(rest) = text.strip_prefix('/') else {
            return match text.is_empty() || text.contains(['/', '~']) {
                true => {
                    Err(Error::usage("a path must be the name of a member or a JSON Pointer, such as `/address/city`"))
                }
                false => Ok(Self(vec![text.to_owned()])),
            };
        };
        let segment = |segment: &str| {
            let mut escapes = segment.split('~').skip(1);
            match escapes.all(|rest| rest.starts_with(['0', '1'])) {
                true => Ok(segment.replace("~1", "/").replace("~0", "~")),
                false => Err(Error::usage("in a JSON Pointer, `~` is written `~0` and `/` is written `~1`")),
            }
        };
        rest.split('/').map(segment).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn from_segments(segments: &[String]) -> Self {
        Self(segments.to_vec())
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether a path is this one or lies inside it.
    pub(crate) fn covers(&self, segments: &[String]) -> bool {
        segments.starts_with(&self.0)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_pointers() {
        for (text, segments) in [
            ("email", &["email"][..]),
            ("/address/city", &["address", "city"]),
            ("/a~1b/c~0d/", &["a/b", "c~d", ""]),
            ("/~01", &["~1"]),
        ] {
            assert_eq!(Pointer::parse(text).unwrap().segments(), segments, "{text}");
        }
        assert_eq!(Pointer::parse("/a~1b/c~0d").unwrap().to_string(), "/a~1b/c~0d");
        for wrong in ["", "a/b", "a~b", "/a~2", "/a~"] {
            assert!(Pointer::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_covers_what_lies_inside() {
        let pointer = Pointer::parse("/address").unwrap();
        let covers = |text| pointer.covers(Pointer::parse(text).unwrap().segments());
        assert!(covers("/address") && covers("/address/city"));
        assert!(!covers("/addresses") && !covers("/user/address"));
    }
}
