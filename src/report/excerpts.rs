//! The diff around findings, which whoever can read the files hands over beside a report.

use crate::model::{DiffLine, Finding, Location, Region, Report};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, HashMap};

/// The lines around findings as they stand in the diff.
#[derive(Debug, Clone, Default)]
pub struct Excerpts(HashMap<BString, HashMap<Region, Vec<DiffLine>>>);

impl Excerpts {
    /// Returns the places of which a report can show the diff, by path: those in the head of the change.
    #[must_use]
    pub fn wanted(report: &Report) -> BTreeMap<&BStr, Vec<Region>> {
        let mut wanted = BTreeMap::<&BStr, Vec<Region>>::new();
        for finding in report.findings.iter().take(super::html::MOST) {
            if let Some((path, region)) = place(finding) {
                wanted.entry(path).or_default().push(region);
            }
        }
        wanted
    }

    /// Adds the lines around a place.
    pub fn add(&mut self, path: &BStr, region: Region, lines: Vec<DiffLine>) {
        self.0.entry(path.to_owned()).or_default().insert(region, lines);
    }

    /// Returns the lines around a finding.
    pub(super) fn of(&self, finding: &Finding) -> Option<&[DiffLine]> {
        let (path, region) = place(finding)?;
        let lines = self.0.get(path)?.get(&region)?;
        (!lines.is_empty()).then_some(lines)
    }
}

fn place(finding: &Finding) -> Option<(&BStr, Region)> {
    match &finding.location {
        Location::File {
            path,
            region: Some(region),
        } if finding.commit.is_none() => Some((path.as_bstr(), *region)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, Options, fixture, render};

    #[test]
    fn they_stand_beside_their_finding_alone() {
        let report = fixture::whole();
        let wanted = Excerpts::wanted(&report);
        let paths: Vec<String> = wanted.keys().map(|path| path.to_string()).collect();
        // Neither what stands on no line, nor what stands in another commit.
        let expected = [
            "dist/app.min.js",
            "src/config.py",
            "src/main.rs",
            "src/old.py",
            "src/漢字.rs",
        ];
        assert_eq!(
            (paths, wanted[BStr::new("src/main.rs")].len()),
            (expected.map(str::to_owned).to_vec(), 4)
        );
        let mut excerpts = Excerpts::default();
        let region = wanted[BStr::new("src/config.py")][0];
        excerpts.add(BStr::new("src/config.py"), region, fixture::diff());
        excerpts.add(BStr::new("src/other.py"), region, fixture::diff());
        let options = Options {
            excerpts: Some(&excerpts),
            ..Options::default()
        };
        let page = String::from_utf8(render(Format::Html, &report, &options)).unwrap();
        assert_eq!(
            (
                page.matches("class=\"diff\"").count(),
                page.matches("- </span>token = None").count()
            ),
            (1, 1)
        );
        assert_eq!(page.matches("<pre ").count(), 12);
    }
}
