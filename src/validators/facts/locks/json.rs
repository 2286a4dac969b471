//! Lock files in JSON: of npm, Composer, Pipenv and `NuGet`.

use super::Versions;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Parses an object. The parser itself takes no deeper nesting than 128.
fn parse(text: &str) -> Option<Object> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

fn object<'a>(of: &'a Object, key: &str) -> Option<&'a Object> {
    of.get(key)?.as_object()
}

fn text<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of.get(key)?.as_str()
}

/// Reads a `package-lock.json`: `packages` by their places, or `dependencies` in each other up to version 1.
pub fn npm(source: &str, versions: &mut Versions) -> Option<()> {
    let root = parse(source)?;
    if let Some(packages) = object(&root, "packages") {
        for (place, package) in packages {
            let name = place.rsplit_once("node_modules/").map(|(_, name)| name);
            if let (Some(name), Some(version)) = (name, text(package, "version")) {
                versions.add(name, version);
            }
        }
        return Some(());
    }
    let mut next: Vec<&Object> = object(&root, "dependencies").into_iter().collect();
    while let Some(packages) = next.pop() {
        for (name, package) in packages {
            if let Some(version) = text(package, "version") {
                versions.add(name, version);
            }
            next.extend(package.get("dependencies").and_then(Value::as_object));
        }
    }
    Some(())
}

/// Reads a `composer.lock`.
pub fn composer(source: &str, versions: &mut Versions) -> Option<()> {
    let root = parse(source)?;
    for list in ["packages", "packages-dev"] {
        for package in root.get(list).and_then(Value::as_array).into_iter().flatten() {
            if let (Some(name), Some(version)) = (text(package, "name"), text(package, "version")) {
                versions.add(name, version);
            }
        }
    }
    Some(())
}

/// Reads a `Pipfile.lock`.
pub fn pipfile(source: &str, versions: &mut Versions) -> Option<()> {
    let root = parse(source)?;
    let groups = root.iter().filter(|(key, _)| *key != "_meta");
    for (name, package) in groups.filter_map(|(_, group)| group.as_object()).flatten() {
        if let Some(version) = text(package, "version") {
            versions.add(name, version.trim_start_matches('='));
        }
    }
    Some(())
}

/// Reads a `packages.lock.json`: packages by target.
pub fn nuget(source: &str, versions: &mut Versions) -> Option<()> {
    let root = parse(source)?;
    let targets = object(&root, "dependencies")?.values();
    for (name, package) in targets.filter_map(Value::as_object).flatten() {
        if let Some(version) = text(package, "resolved") {
            versions.add(name, version);
        }
    }
    Some(())
}
