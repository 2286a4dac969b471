//! Bitbucket Cloud: build statuses, and reports with annotations. Its comments show every mark that we would know
//! them by, so that there are none.

use super::call::{Call, escaped, text};
use super::codec::{Checks, Codec, Status, Talk};
use super::github::described;
use super::wanted::{Conclusion, Wanted, cut, is_link};
use super::{Kind, Target};
use crate::report::Level;
use crate::report::remark::Remark;
use serde_json::{Value, json};

/// The codec.
pub struct Bitbucket;

/// The most annotations of one request, and of a report.
const BATCH: usize = 100;
const MOST_ANNOTATIONS: usize = 1_000;
/// The most characters of what an annotation or a report says.
const MOST: usize = 440;

impl Codec for Bitbucket {
    fn auth(&self, _: &Target) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn permission(&self, _: Kind) -> &'static str {
        "put a repository access token with the scopes `repository:write` and `pullrequest` into the secured variable \
         `PANTHEON_FORGE_TOKEN`"
    }

    fn checks(&self) -> Option<&dyn Checks> {
        Some(self)
    }

    fn talk(&self) -> Option<&dyn Talk> {
        None
    }

    fn statuses(&self, target: &Target, key: &str) -> Call {
        Call::get(format!("{}/statuses/build/{}", commit(target), escaped(key)))
    }

    fn status(&self, answer: &Value, key: &str) -> Option<Status> {
        (text(answer, "/key")? == key).then(|| {
            let word = |at: &str| text(answer, at).unwrap_or_default().to_owned();
            Status {
                state: word("/state"),
                text: word("/description"),
                url: word("/url"),
            }
        })
    }

    fn wanted_status(&self, wanted: &Wanted<'_>, target: &Target) -> Status {
        let state = match wanted.conclusion {
            Conclusion::Success | Conclusion::Neutral => "SUCCESSFUL",
            Conclusion::Failure => "FAILED",
        };
        let mut status = described(state, wanted, target);
        if status.url.is_empty() {
            // Bitbucket takes no status that leads nowhere.
            status.url = format!("https://bitbucket.org/{}/commits/{}", target.repo, target.head);
        }
        status
    }

    fn set_status(&self, target: &Target, key: &str, status: &Status) -> Call {
        let body = json!({
            "type": "build",
            "key": key,
            "name": key,
            "state": status.state,
            "description": status.text,
            "url": status.url,
        });
        Call::post(format!("{}/statuses/build", commit(target)), body)
    }
}

impl Checks for Bitbucket {
    fn there(&self, target: &Target, wanted: &Wanted<'_>) -> Call {
        Call::get(report(target, wanted))
    }

    fn has(&self, answer: &Value, wanted: &Wanted<'_>) -> bool {
        // What is not whole has no digest.
        text(answer, "/external_id") == Some(&format!("{}-{}", id(wanted), wanted.digest))
    }

    fn make(&self, target: &Target, wanted: &Wanted<'_>) -> Vec<Call> {
        let path = report(target, wanted);
        let annotations: Vec<Value> = wanted
            .remarks
            .iter()
            .filter_map(annotation)
            .take(MOST_ANNOTATIONS)
            .collect();
        // To take the report away takes its annotations away.
        let mut calls = vec![
            Call::put(&path, body(target, wanted, "PENDING")),
            Call::delete(&path),
        ];
        calls.push(Call::put(&path, body(target, wanted, "PENDING")));
        for batch in annotations.chunks(BATCH) {
            calls.push(Call::post(format!("{path}/annotations"), batch.into()));
        }
        let result = match wanted.conclusion {
            Conclusion::Success | Conclusion::Neutral => "PASSED",
            Conclusion::Failure => "FAILED",
        };
        let mut done = body(target, wanted, result);
        done["external_id"] = format!("{}-{}", id(wanted), wanted.digest).into();
        calls.push(Call::put(&path, done));
        calls
    }
}

fn commit(target: &Target) -> String {
    format!("/repositories/{}/commit/{}", target.repo, target.head)
}

fn id(wanted: &Wanted<'_>) -> String {
    wanted.name().replace('/', "-")
}

fn report(target: &Target, wanted: &Wanted<'_>) -> String {
    format!("{}/reports/{}", commit(target), escaped(&id(wanted)))
}

fn body(target: &Target, wanted: &Wanted<'_>, result: &str) -> Value {
    let mut out = json!({
        "type": "report",
        "title": "pantheon",
        "details": cut(&wanted.title, MOST),
        "report_type": "BUG",
        "reporter": "pantheon",
        "result": result,
    });
    if let Some(url) = target.url.as_ref().filter(|url| is_link(url)) {
        out["link"] = url.clone().into();
    }
    out
}

fn annotation(remark: &Remark) -> Option<Value> {
    let mut out = json!({
        "type": "report_annotation",
        "external_id": remark.id,
        "annotation_type": "BUG",
        "severity": match remark.level {
            Level::Error => "HIGH",
            Level::Warning => "MEDIUM",
            Level::Notice => "LOW",
        },
        "summary": cut(&format!("{}: {}", remark.title, remark.message), MOST),
        "path": remark.path.as_ref()?,
    });
    if let Some(region) = remark.region {
        out["line"] = region.start_line.into();
    }
    Some(out)
}
