//! Packages: which crate a file belongs to, and the path of its module, which is the target of what it logs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use toml::Value;

/// A folder with a `Cargo.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) root: PathBuf,
    name: String,
    library: String,
    /// Roots of crates that the manifest names, with their names.
    named: Vec<(PathBuf, String)>,
    has_library: bool,
}

/// Finds packages, each once.
#[derive(Default)]
pub(super) struct Packages {
    pub(super) all: Vec<Package>,
    /// By folder; `None` where there is no package above.
    known: HashMap<PathBuf, Option<usize>>,
}

impl Packages {
    /// The package of a file, by its index.
    pub(super) fn of(&mut self, file: &Path) -> Option<usize> {
        // A relative path says nothing of what is above it.
        let absolute = std::path::absolute(file).ok()?;
        self.in_folder(absolute.parent()?)
    }

    fn in_folder(&mut self, folder: &Path) -> Option<usize> {
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.known.get(above) {
                found = *known;
                break;
            }
            passed.push(above.to_owned());
            if let Some(package) = read(above) {
                found = Some(self.all.len());
                self.all.push(package);
                break;
            }
        }
        self.known.extend(passed.into_iter().map(|folder| (folder, found)));
        found
    }
}

/// Reads the manifest of a folder. One without a package, as that of a workspace, is none; nor is one that cannot be read.
fn read(folder: &Path) -> Option<Package> {
    let manifest: toml::Table = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
    let text = |table: &Value, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text(manifest.get("package")?, "name")?;
    let library_table = manifest.get("lib");
    let library = library_table.and_then(|lib| text(lib, "name")).unwrap_or_else(|| name.clone());
    let mut named = Vec::new();
    for kind in ["bin", "example", "test", "bench"] {
        let targets = manifest.get(kind).and_then(Value::as_array).into_iter().flatten();
        named.extend(targets.filter_map(|target| Some((folder.join(text(target, "path")?), text(target, "name")?))));
    }
    let library_path = folder.join(library_table.and_then(|lib| text(lib, "path")).unwrap_or("src/lib.rs".to_owned()));
    let has_library = library_path.is_file();
    named.push((library_path, library.clone()));
    Some(Package { root: folder.to_owned(), name, library, named, has_library })
}

impl Package {
    /// The path of the module that a file of the package is, as far as its place tells.
    pub(super) fn module(&self, file: &Path) -> Option<String> {
        let absolute = std::path::absolute(file).ok()?;
        let krate = |name: &str| name.replace('-', "_");
        if let Some((_, name)) = self.named.iter().find(|(path, _)| *path == absolute) {
            return Some(krate(name));
        }
        let relative = absolute.strip_prefix(&self.root).ok()?.with_extension("");
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let parts: Vec<_> = parts.iter().map(String::as_str).collect();
        let (name, modules) = match parts.as_slice() {
            ["src", "main"] => (self.name.as_str(), &[][..]),
            ["src", "bin", name, rest @ ..] => (*name, rest),
            ["src", rest @ ..] => (if self.has_library { self.library.as_str() } else { self.name.as_str() }, rest),
            ["examples" | "tests" | "benches", name, rest @ ..] => (*name, rest),
            [name] => (*name, &[][..]),
            [_, rest @ ..] => (self.library.as_str(), rest),
            [] => return None,
        };
        let mut path = krate(name);
        for (at, module) in modules.iter().enumerate() {
            let is_last = at + 1 == modules.len();
            if !(is_last && matches!(*module, "mod" | "main" | "lib")) {
                path.push_str("::");
                path.push_str(module);
            }
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_of_a_file_follows_from_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = \"web-shop\"\n[[bin]]\nname = \"shop-cli\"\npath = \"src/cli.rs\"\n");
        write("src/lib.rs", "");
        write("plain/Cargo.toml", "[package]\nname = \"plain\"\n[lib]\nname = \"other\"\n");
        write("none/Cargo.toml", "[workspace]\n");
        let mut packages = Packages::default();
        let mut module = |file: &str| {
            let file = folder.path().join(file);
            packages.of(&file).and_then(|at| packages.all[at].module(&file))
        };
        for (file, expected) in [
            ("src/lib.rs", "web_shop"),
            ("src/cli.rs", "shop_cli"),
            ("src/orders/mod.rs", "web_shop::orders"),
            ("src/orders/pay.rs", "web_shop::orders::pay"),
            ("src/main.rs", "web_shop"),
            ("src/bin/worker.rs", "worker"),
            ("src/bin/worker/main.rs", "worker"),
            ("src/bin/worker/queue.rs", "worker::queue"),
            ("examples/demo-two.rs", "demo_two"),
            ("plain/src/a.rs", "plain::a"),
            // The workspace's manifest has no package, so that the one above counts.
            ("none/x.rs", "web_shop::x"),
        ] {
            assert_eq!(module(file).as_deref(), Some(expected), "{file}");
        }
    }
}
