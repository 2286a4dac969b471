//! TeamCity, which tells about pull requests in a file of properties that another such file names.

use super::Files;
use super::found::{Decision, Found, Spec, Wrong};
use super::vars::{Branch, Vars};

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("TEAMCITY_VERSION")
}

/// Decides by the properties of the build.
pub fn decide(vars: &Vars, files: Files<'_>) -> Result<Decision, Wrong> {
    let head = vars.commit("BUILD_VCS_NUMBER")?.map_or(Spec::Head, Spec::Commit);
    let properties = read(vars, files)?;
    let get = |key: &str| property(&properties, key).filter(|value| !value.is_empty());
    if get("teamcity.pullRequest.number").is_some() {
        let target =
            get("teamcity.pullRequest.target.branch").ok_or_else(|| Wrong::no_change("pull_request"))?;
        let base = Branch::new("teamcity.pullRequest.target.branch", &target)?;
        let why = "the branch that the pull request is for";
        return Ok(Decision::Judge(Found::since(
            "pull_request",
            Spec::Branch(base),
            head,
            why,
        )));
    }
    let branch =
        get("teamcity.build.branch").filter(|name| name != "<default>" && !name.starts_with("refs/"));
    let branch = branch
        .map(|name| Branch::new("teamcity.build.branch", &name))
        .transpose()?;
    if branch.is_none() && get("teamcity.build.branch.is_default").as_deref() == Some("true") {
        return Err(Wrong::no_change("push"));
    }
    let why = "what the branch adds to the default branch counts";
    Decision::adds("push", head, branch, None, why)
}

/// Reads the properties of the build, and those of its configuration.
fn read(vars: &Vars, files: Files<'_>) -> Result<String, Wrong> {
    let Some(path) = vars.get("TEAMCITY_BUILD_PROPERTIES_FILE") else {
        return Ok(String::new());
    };
    let mut text = String::from_utf8_lossy(&files(path)?).into_owned();
    if let Some(path) = property(&text, "teamcity.configuration.properties.file") {
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(&files(&path)?));
    }
    Ok(text)
}

/// Returns a property of a text in the form of Java's, without its escapes.
fn property(text: &str, key: &str) -> Option<String> {
    let lines = text.lines().filter(|line| !line.starts_with(['#', '!']));
    let mut pairs = lines.filter_map(|line| line.split_once('='));
    let (_, value) = pairs.find(|(name, _)| unescaped(name.trim()) == key)?;
    Some(unescaped(value.trim()))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_those_of_java() {
        let text = "#Thu Jan 01\nteamcity.pullRequest.target.branch=main\nwith.path=C\\:\\\\a\\=b\nempty=\n";
        assert_eq!(
            property(text, "teamcity.pullRequest.target.branch").as_deref(),
            Some("main")
        );
        assert_eq!(property(text, "with.path").as_deref(), Some("C:\\a=b"));
        assert_eq!(property(text, "empty").as_deref(), Some(""));
        assert_eq!(property(text, "none"), None);
    }
}
