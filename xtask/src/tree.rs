//! The files that rules look at: text the project wrote, read once.
use std::fs;
use std::path::Path;

/// Files of the tree at most; more means a folder of products is being read by mistake.
const FILES_MAX: usize = 5_000;
/// One file at most, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Folders that hold products or other people's work.
const PASSED_OVER: [&str; 5] = [".git", "target", "node_modules", "data", "out"];
const ENDINGS: [&str; 10] = ["rs", "toml", "sql", "ftl", "js", "mjs", "css", "sh", "md", "yml"];

/// One file: its path from the root of the tree with `/`, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    #[cfg(test)]
    pub fn new(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// `ledger` for `crates/ledger/src/lib.rs`.
    pub fn domain(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The path inside the crate: `src/lib.rs`.
    pub fn inside(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split_once('/').map(|(_, rest)| rest)
    }

    /// Rust of a product crate, generated code and integration tests aside.
    pub fn is_product_rust(&self) -> bool {
        self.ending() == "rs" && self.inside().is_some_and(|rest| rest.starts_with("src/"))
    }
}

/// Every text file under `root`, in the order of their paths.
pub fn read(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|e| format!("{}: {e}", folder.display()))?;
            let (path, name) = (entry.path(), entry.file_name());
            let kind = entry.file_type().map_err(|e| format!("{}: {e}", path.display()))?;
            let name = name.to_string_lossy();
            if kind.is_dir() {
                // `data` and `target` are products at the root only; a crate may hold data it ships.
                let product = PASSED_OVER.contains(&&*name) && !(name == "data" && folder != root);
                if !product {
                    folders.push(path);
                }
            } else if kind.is_file() && wanted(&name) {
                files.push(load(root, &path)?);
            }
        }
        if files.len() > FILES_MAX {
            return Err(format!(
                "{}: more than {FILES_MAX} files; add the folder of products to PASSED_OVER",
                folder.display()
            ));
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn wanted(name: &str) -> bool {
    name == "test" || name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn load(root: &Path, path: &Path) -> Result<File, String> {
    let size = fs::metadata(path).map_err(|e| format!("{}: {e}", path.display()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("{}: {size} bytes given, {FILE_BYTES_MAX} bytes at most", path.display()));
    }
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let inside = path.strip_prefix(root).unwrap_or(path);
    Ok(File { path: inside.to_string_lossy().replace('\\', "/"), text })
}
