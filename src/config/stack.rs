//! Finds all texts that count and reads them, the weakest first.

use super::assign;
use super::layer::{Layer, Path};
use super::nearest;
use super::pack;
use super::source::Source;
use super::value::Value;
use super::walk::walk;
use super::{File, Origin, Problem, Request};

/// How deep packs may extend one another.
const DEEPEST: usize = 8;
/// How many texts may count together.
const MOST: usize = 32;

/// All texts that count.
#[derive(Default)]
pub(super) struct Stack {
    /// The packs, the file, the environment and the flags, the weakest first.
    pub layers: Vec<Layer>,
    /// The machine's site file and its packs, the weakest first.
    pub site: Vec<Layer>,
}

/// Reads everything that the request names.
pub(super) fn read(request: &Request<'_>, problems: &mut Vec<Problem>) -> Stack {
    let mut packs = Packs {
        request,
        problems,
        done: Vec::new(),
        open: Vec::new(),
        layers: Vec::new(),
        relative: true,
    };
    match &request.file {
        Some(file) => packs.file(file),
        None => packs.extend(pack::USUAL, &Origin::of("default"), ""),
    }
    let mut layers = std::mem::take(&mut packs.layers);
    if let Some(site) = &request.site {
        packs.done.clear();
        packs.relative = false;
        packs.site(site);
    }
    let site = packs.layers;
    layers.extend(assign::read(request, problems));
    Stack { layers, site }
}

struct Packs<'a> {
    request: &'a Request<'a>,
    problems: &'a mut Vec<Problem>,
    /// What has been read: a pack that two others extend counts once, where it is weakest.
    done: Vec<String>,
    /// What is being read, outermost first.
    open: Vec<String>,
    layers: Vec<Layer>,
    relative: bool,
}

impl Packs<'_> {
    fn file(&mut self, file: &File<'_>) {
        let Some((layer, top)) = self.walk(file.name, file.bytes) else {
            return;
        };
        if !layer.values.contains_key(&Path::new("", "", "version")) && !self.is_broken(file.name) {
            let problem = Problem::at(&top, "`version` is missing").hint("write `version = 1`");
            self.problems.push(problem);
        }
        let extends = extends(&layer).unwrap_or_else(|| (vec![pack::USUAL.to_owned()], top));
        self.open.push(file.name.to_owned());
        self.extend_all(&extends, file.name);
        self.open.clear();
        self.layers.push(layer);
    }

    fn site(&mut self, file: &File<'_>) {
        let Some((layer, _)) = self.walk(file.name, file.bytes) else {
            return;
        };
        if let Some(extends) = extends(&layer) {
            self.extend_all(&extends, file.name);
        }
        self.layers.push(layer);
    }

    fn extend_all(&mut self, (names, origin): &(Vec<String>, Origin), file: &str) {
        for name in names {
            self.extend(name, origin, file);
        }
    }

    fn extend(&mut self, name: &str, origin: &Origin, file: &str) {
        let Some(key) = self.key_of(name, origin, file) else {
            return;
        };
        if let Some(at) = self.open.iter().position(|open| *open == key) {
            let circle: Vec<&str> = self.open[at..].iter().map(String::as_str).collect();
            let message = format!("`extends` goes in a circle: {} -> {key}", circle.join(" -> "));
            return self.problems.push(Problem::at(origin, message));
        }
        if self.open.len() > DEEPEST || self.done.len() >= MOST {
            let message = format!("`extends` names too many packs, or goes deeper than {DEEPEST}");
            return self.problems.push(Problem::at(origin, message));
        }
        if !self.done.contains(&key) {
            self.open.push(key.clone());
            self.pack(&key, origin);
            self.open.pop();
            self.done.push(key);
        }
    }

    fn pack(&mut self, key: &str, origin: &Origin) {
        let found = match pack::find(key) {
            Some(pack) => self
                .walk(pack.file, pack.text.as_bytes())
                .map(|(layer, _)| (layer, true)),
            None => self.resolve(key, origin).map(|layer| (layer, false)),
        };
        let Some((mut layer, shipped)) = found else { return };
        if let Some(extends) = extends(&layer) {
            self.extend_all(&extends, key);
        }
        layer.shipped = shipped;
        layer.values.retain(|path, _| !path.section.is_empty());
        self.layers.push(layer);
    }

    fn resolve(&mut self, key: &str, origin: &Origin) -> Option<Layer> {
        let message = match (self.request.resolve)(key) {
            Ok(Some(bytes)) => return self.walk(key, &bytes).map(|(layer, _)| layer),
            Ok(None) => format!("`{}` is not there", nearest::shown(key)),
            Err(error) => format!("`{}` cannot be read: {error}", nearest::shown(key)),
        };
        self.problems.push(Problem::at(origin, message));
        None
    }

    /// Returns what stands for a pack: its name, or its path from the root.
    fn key_of(&mut self, name: &str, origin: &Origin, file: &str) -> Option<String> {
        if pack::find(name).is_some() {
            return Some(name.to_owned());
        }
        let message = match name.strip_prefix("./") {
            Some(_) if !self.relative => "a site file can extend shipped packs only".to_owned(),
            Some(path) => match join(file, path) {
                Some(path) => return Some(path),
                None => format!("`{}` does not stay in the repository", nearest::shown(name)),
            },
            None => format!("there is no pack `{}`", nearest::shown(name)),
        };
        let names = pack::PACKS.iter().map(|pack| pack.name);
        let hint = nearest::hint(name, names.clone()).unwrap_or_else(|| {
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            format!(
                "the packs are {}; a file is named as `./file.toml`",
                names.join(", ")
            )
        });
        self.problems.push(Problem::at(origin, message).hint(hint));
        None
    }

    fn walk(&mut self, name: &str, bytes: &[u8]) -> Option<(Layer, Origin)> {
        tracing::debug!(?name, bytes = bytes.len(), "layer");
        match Source::file(name, bytes) {
            Ok(source) => Some((walk(&source, self.problems), source.origin(0))),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn is_broken(&self, name: &str) -> bool {
        self.problems.iter().any(|problem| problem.file == name)
    }
}

fn extends(layer: &Layer) -> Option<(Vec<String>, Origin)> {
    let entry = layer.values.get(&Path::new("", "", "extends"))?;
    match &entry.value {
        Value::Texts(names) => Some((names.clone(), entry.origin.clone())),
        _ => None,
    }
}

/// Joins a path to the directory of a file; `None` if it leaves the repository.
fn join(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_to_the_directory_of_the_file() {
        assert_eq!(join(".pantheon.toml", "a.toml").as_deref(), Some("a.toml"));
        assert_eq!(join("packs/a.toml", "b.toml").as_deref(), Some("packs/b.toml"));
        assert_eq!(join("packs/a.toml", "../b/./c.toml").as_deref(), Some("b/c.toml"));
        assert_eq!(join("packs/a.toml", "../../b.toml"), None);
        assert_eq!(join("a.toml", ""), None);
    }
}
