//! Types, as far as their names tell.

use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// A type by the last part of its path: `&Option<crate::User>` is `Option` of `User`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ty {
    /// `()` is a tuple, `[]` a slice or array.
    pub(super) name: String,
    pub(super) arguments: Vec<Ty>,
}

/// Types that print what is in them.
const CONTAINERS: [&str; 30] = [
    "()",
    "[]",
    "Option",
    "Result",
    "Vec",
    "VecDeque",
    "LinkedList",
    "BinaryHeap",
    "HashMap",
    "BTreeMap",
    "HashSet",
    "BTreeSet",
    "IndexMap",
    "Box",
    "Arc",
    "Rc",
    "Cow",
    "Cell",
    "RefCell",
    "Mutex",
    "RwLock",
    "Zeroizing",
    "Saturating",
    "Wrapping",
    "Json",
    "Query",
    "Form",
    "Extension",
    "State",
    "MutexGuard",
];
/// Types that print a placeholder, of this library and of `secrecy`.
const GUARDED: [&str; 7] =
    ["Sensitive", "SecretString", "SecretBox", "SecretSlice", "SecretVec", "Secret", "SecretBytes"];
/// Types that hold nothing of a person, and no secret, whatever a variable is called: a `token: CancellationToken`.
const NO_DATA: [&str; 36] = [
    "bool",
    "usize",
    "isize",
    "Duration",
    "Instant",
    "Pin",
    "PhantomData",
    "CancellationToken",
    "Span",
    "Ordering",
    "Level",
    "Metadata",
    "JoinHandle",
    "AbortHandle",
    "HeaderName",
    "Method",
    "StatusCode",
    "AtomicBool",
    "AtomicUsize",
    "Sender",
    "Receiver",
    "Notify",
    "Semaphore",
    "Waker",
    "Context",
    "Layout",
    "TypeId",
    "ThreadId",
    "Id",
    "TokenStream",
    "TokenTree",
    "Ident",
    "Lifetime",
    "Punct",
    "!",
    "fn",
];
const NOTHING: &Ty = &Ty { name: String::new(), arguments: Vec::new() };

impl Ty {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: Vec::new() }
    }

    pub(super) fn of(name: &str, argument: Ty) -> Self {
        Self { name: name.to_owned(), arguments: vec![argument] }
    }

    /// Reads a type; one that has no name is empty.
    pub(super) fn read(ty: &Type) -> Self {
        match ty {
            Type::Reference(reference) => Self::read(&reference.elem),
            Type::Paren(inner) => Self::read(&inner.elem),
            Type::Group(inner) => Self::read(&inner.elem),
            Type::Slice(slice) => Self::of("[]", Self::read(&slice.elem)),
            Type::Array(array) => Self::of("[]", Self::read(&array.elem)),
            Type::Tuple(tuple) => {
                Self { name: "()".to_owned(), arguments: tuple.elems.iter().map(Self::read).collect() }
            }
            Type::Never(_) => Self::named("!"),
            Type::BareFn(_) => Self::named("fn"),
            Type::Path(path) => path.path.segments.last().map_or_else(Self::default, |segment| {
                let arguments = match &segment.arguments {
                    PathArguments::AngleBracketed(arguments) => arguments.args.iter().filter_map(as_type).collect(),
                    _ => Vec::new(),
                };
                Self { name: segment.ident.to_string(), arguments }
            }),
            _ => Self::default(),
        }
    }

    /// What a function returns.
    pub(super) fn returned(output: &ReturnType) -> Option<Self> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(Self::read(ty)).filter(|ty| !ty.name.is_empty()),
        }
    }

    pub(super) fn is_container(&self) -> bool {
        CONTAINERS.contains(&self.name.as_str())
    }

    pub(super) fn is_guarded(&self) -> bool {
        GUARDED.contains(&self.name.as_str())
    }

    /// Whether no value of it is one to keep back.
    pub(super) fn is_no_data(&self) -> bool {
        let is_wrapper = matches!(self.name.as_str(), "Option" | "Box" | "Arc" | "Rc" | "[]" | "Vec");
        match self.arguments.as_slice() {
            [] => NO_DATA.contains(&self.name.as_str()) || self.name == "()",
            [inner] if is_wrapper => inner.is_no_data(),
            _ => NO_DATA.contains(&self.name.as_str()),
        }
    }

    /// The type in `Option`, `Result`, `Arc` and the like; itself where it is none.
    pub(super) fn unwrapped(&self) -> &Ty {
        match self.name.as_str() {
            "Option" | "Result" | "Box" | "Arc" | "Rc" | "Cow" | "Json" | "Query" | "Form" | "Extension" | "State"
            | "Mutex" | "RwLock" | "RefCell" | "MutexGuard" | "Zeroizing" => self.inner().unwrapped(),
            _ => self,
        }
    }

    /// The type of what a loop over it gives, or a pattern with one name takes out.
    pub(super) fn inner(&self) -> &Ty {
        self.arguments.first().unwrap_or(NOTHING)
    }
}

fn as_type(argument: &GenericArgument) -> Option<Ty> {
    match argument {
        GenericArgument::Type(ty) => Some(Ty::read(ty)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_by_their_last_name() {
        let read = |text: &str| Ty::read(&syn::parse_str(text).unwrap());
        let user = Ty::named("User");
        assert_eq!(read("&'a mut Option<crate::model::User>"), Ty::of("Option", user.clone()));
        assert_eq!(read("Arc<Mutex<User>>").unwrapped(), &user);
        assert_eq!(read("[User; 3]").inner(), &user);
        assert!(read("Option<bool>").is_no_data() && read("()").is_no_data() && !read("(u8, String)").is_no_data());
        assert!(read("secrecy::SecretString").is_guarded());
    }
}
