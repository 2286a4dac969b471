//! A forge that remembers what it was told: GitHub and Forgejo, whose interfaces are alike, GitLab and Bitbucket.
//!
//! It refuses what the real ones are known to refuse.

use super::reports::HEAD;
use super::server::{Asked, Fake, Said};
use serde_json::{Value, json};

/// Our own number, and somebody else's.
pub const ME: i64 = 11;
pub const OTHER: i64 = 12;

/// Which forge it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Github,
    Gitlab,
    Forgejo,
    Bitbucket,
}

/// What a forge remembers of one pull request.
pub struct Memory {
    pub kind: Kind,
    pub head: String,
    pub is_fork: bool,
    /// The files with their hunks.
    pub files: Vec<(String, String)>,
    pub notes: Vec<Value>,
    /// Remarks beside lines; each knows its review or its discussion.
    pub remarks: Vec<Value>,
    pub reviews: Vec<Value>,
    pub checks: Vec<Value>,
    pub statuses: Vec<Value>,
    /// What was asked for and should not be.
    pub wrong: Vec<String>,
    last: i64,
}

impl Memory {
    /// A pull request that shows the first 40 lines of two files.
    pub fn new(kind: Kind) -> Self {
        let hunk: String = (1..=40).map(|n| format!("+line {n}\n")).collect();
        let hunk = format!("@@ -0,0 +1,40 @@\n{hunk}");
        Self {
            kind,
            head: HEAD.to_owned(),
            is_fork: false,
            files: vec![("a.rs".to_owned(), hunk.clone()), ("dir/b.rs".to_owned(), hunk)],
            notes: Vec::new(),
            remarks: Vec::new(),
            reviews: Vec::new(),
            checks: Vec::new(),
            statuses: Vec::new(),
            wrong: Vec::new(),
            last: 100,
        }
    }

    fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// The bodies of all remarks.
    pub fn said(&self) -> Vec<&str> {
        self.remarks.iter().map(|r| r["body"].as_str().unwrap()).collect()
    }

    /// Adds a remark of somebody's.
    pub fn remark(&mut self, by: i64, body: &str, answers: Option<i64>) -> i64 {
        let id = self.next();
        let within = answers.and_then(|to| self.remarks.iter().find(|r| r["id"] == to));
        let (within, line) = match within {
            Some(first) => (first["within"].clone(), first["line"].clone()),
            None => (json!(id), json!(1)),
        };
        let remark = json!({
            "id": id, "body": body, "path": "a.rs", "line": line, "position": line, "in_reply_to_id": answers,
            "within": within, "user": user(by), "author": user(by),
        });
        self.remarks.push(remark);
        id
    }

    /// Adds a comment of somebody's.
    pub fn note(&mut self, by: i64, body: &str) -> i64 {
        let id = self.next();
        self.notes
            .push(json!({ "id": id, "body": body, "user": user(by), "author": user(by) }));
        id
    }

    fn shows(&self, path: &str, line: i64) -> bool {
        self.files.iter().any(|(file, _)| file == path) && (1..=40).contains(&line)
    }

    fn pull(&self) -> Value {
        let from = if self.is_fork { "x/r" } else { "o/r" };
        json!({
            "number": 7, "iid": 7, "sha": self.head,
            "source_project_id": if self.is_fork { 2 } else { 1 }, "target_project_id": 1,
            "head": { "sha": self.head, "repo": { "full_name": from } },
            "base": { "repo": { "full_name": "o/r" } },
        })
    }

    fn check_body(&mut self, body: &str) {
        if body.len() > 65_536 || body.trim().is_empty() {
            self.wrong.push(format!("a body of {} bytes", body.len()));
        }
    }
}

fn user(id: i64) -> Value {
    let name = if id == ME { "us" } else { "them" };
    json!({ "id": id, "login": name, "username": name })
}

impl Fake for Memory {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Github => "github",
            Kind::Gitlab => "gitlab",
            Kind::Forgejo => "forgejo",
            Kind::Bitbucket => "bitbucket",
        }
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        let (header, expected) = match self.kind {
            Kind::Github | Kind::Bitbucket => ("authorization", "Bearer token-of-a-test"),
            Kind::Gitlab => ("private-token", "token-of-a-test"),
            Kind::Forgejo => ("authorization", "token token-of-a-test"),
        };
        if asked.header(header) != expected {
            return Said::no(401, "Bad credentials");
        }
        if asked.body.to_string().contains("APPROVE") {
            self.wrong.push("it approves".to_owned());
        }
        let path = asked.path.clone();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match self.kind {
            Kind::Gitlab => self.gitlab(asked, &parts),
            Kind::Bitbucket => self.bitbucket(asked, &parts),
            Kind::Github | Kind::Forgejo => self.github(asked, &parts),
        }
    }
}

impl Memory {
    fn github(&mut self, asked: &Asked, parts: &[&str]) -> Said {
        let method = asked.method.as_str();
        match (method, parts) {
            ("GET", ["user"]) => Said::json(200, &user(ME)),
            ("POST", ["graphql"]) => {
                let viewer = json!({ "login": "us", "databaseId": ME });
                Said::json(200, &json!({ "data": { "viewer": viewer } }))
            }
            ("GET", ["repos", "o", "r", "pulls"]) => Said::json(200, &json!([self.pull()])),
            ("GET", ["repos", "o", "r", "pulls", "7"]) => Said::json(200, &self.pull()),
            ("GET", [.., "pulls", "7", "files"]) => {
                let file = |(path, patch): &(String, String)| json!({ "filename": path, "status": "modified", "patch": patch });
                page(asked, self.files.iter().map(file).collect())
            }
            ("GET", [.., "issues", "7", "comments"]) => page(asked, self.notes.clone()),
            ("POST", [.., "issues", "7", "comments"]) => {
                self.check_body(text(&asked.body, "body"));
                self.note(ME, text(&asked.body, "body"));
                Said::json(201, self.notes.last().unwrap())
            }
            ("PATCH", [.., "issues", "comments", id]) => edit(&mut self.notes, id, text(&asked.body, "body")),
            ("DELETE", [.., "issues", "comments", id]) => remove(&mut self.notes, id),
            ("GET", [.., "pulls", "7", "comments"]) => page(asked, self.remarks.clone()),
            ("POST", [.., "pulls", "7", "comments"]) => self.on_file(asked),
            ("DELETE", [.., "pulls", "comments", id]) => remove(&mut self.remarks, id),
            ("GET", [.., "pulls", "7", "reviews"]) => page(asked, self.reviews.clone()),
            ("GET", [.., "reviews", id, "comments"]) => {
                let of = |r: &&Value| is(&r["within"], id);
                page(asked, self.remarks.iter().filter(of).cloned().collect())
            }
            ("DELETE", [.., "reviews", _, "comments", id]) => remove(&mut self.remarks, id),
            ("POST", [.., "pulls", "7", "reviews"]) => self.review(asked),
            ("GET", [.., "check-runs"]) => Said::json(200, &json!({ "check_runs": self.checks })),
            ("POST", [.., "check-runs"]) => self.check(asked, None),
            ("PATCH", [.., "check-runs", id]) => self.check(asked, id.parse().ok()),
            ("GET", [.., "statuses"]) => Said::json(200, &json!(self.statuses)),
            ("POST", [.., "statuses", sha]) => self.status(asked, sha),
            _ => Said::no(404, "Not Found"),
        }
    }

    fn status(&mut self, asked: &Asked, sha: &str) -> Said {
        if sha != HEAD {
            self.wrong.push(format!("a status of {sha}"));
        }
        let mut status = asked.body.clone();
        status["id"] = self.next().into();
        status["status"] = status["state"].clone();
        self.statuses.insert(0, status.clone());
        Said::json(201, &status)
    }

    fn check(&mut self, asked: &Asked, id: Option<i64>) -> Said {
        let body = &asked.body;
        let annotations = body["output"]["annotations"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if annotations.len() > 50 || text(&body["output"], "summary").chars().count() > 65_535 {
            return Said::no(422, "too much");
        }
        for a in &annotations {
            let on_one_line = a["start_line"] == a["end_line"];
            if a.get("start_column").is_some() && !on_one_line {
                self.wrong.push("columns on more than one line".to_owned());
            }
        }
        if body["status"] == "completed" && body.get("conclusion").is_none() {
            self.wrong.push("completed without a conclusion".to_owned());
        }
        let at = match id {
            Some(id) => self.checks.iter().position(|c| c["id"] == id),
            None => {
                if body["head_sha"] != HEAD {
                    self.wrong.push("a check of another commit".to_owned());
                }
                let id = self.next();
                self.checks.push(json!({ "id": id, "annotations": [] }));
                Some(self.checks.len() - 1)
            }
        };
        let Some(at) = at else {
            return Said::no(404, "Not Found");
        };
        let check = self.checks[at].as_object_mut().unwrap();
        for (name, value) in body.as_object().unwrap() {
            check.insert(name.clone(), value.clone());
        }
        check["annotations"].as_array_mut().unwrap().extend(annotations);
        Said::json(200, &self.checks[at])
    }

    fn on_file(&mut self, asked: &Asked) -> Said {
        let body = &asked.body;
        if body["subject_type"] != "file" || body["commit_id"] != HEAD {
            self.wrong.push("a remark that is not on a file".to_owned());
        }
        let id = self.remark(ME, text(body, "body"), None);
        let last = self.remarks.last_mut().unwrap();
        last["subject_type"] = "file".into();
        last["line"] = Value::Null;
        Said::json(201, &json!({ "id": id }))
    }

    fn review(&mut self, asked: &Asked) -> Said {
        let body = &asked.body;
        let comments = body["comments"].as_array().cloned().unwrap_or_default();
        if body["event"] != "COMMENT" || body["commit_id"] != HEAD || comments.len() > 30 {
            self.wrong.push(format!("a review: {}", body["event"]));
        }
        self.check_body(text(body, "body"));
        let name = if self.kind == Kind::Forgejo {
            "new_position"
        } else {
            "line"
        };
        let outside = comments
            .iter()
            .any(|c| !self.shows(text(c, "path"), c[name].as_i64().unwrap_or(0)));
        if outside && self.kind == Kind::Github {
            return Said::no(422, "pull_request_review_thread.line must be part of the diff");
        }
        let review = self.next();
        self.reviews
            .push(json!({ "id": review, "body": body["body"], "user": user(ME) }));
        for comment in comments {
            self.check_body(text(&comment, "body"));
            let id = self.next();
            let line = comment[name].clone();
            self.remarks.push(json!({
                "id": id, "body": comment["body"], "path": comment["path"], "line": line, "position": line,
                "within": review, "user": user(ME),
            }));
        }
        Said::json(200, &json!({ "id": review }))
    }

    fn gitlab(&mut self, asked: &Asked, parts: &[&str]) -> Said {
        let method = asked.method.as_str();
        match (method, parts) {
            ("GET", ["user"]) => Said::json(200, &user(ME)),
            ("GET", ["projects", "1", "merge_requests", "7"]) => Said::json(200, &self.pull()),
            ("GET", [.., "diffs"]) => {
                let file = |(path, diff): &(String, String)| json!({ "new_path": path, "old_path": path, "diff": diff, "deleted_file": false });
                page(asked, self.files.iter().map(file).collect())
            }
            ("GET", [.., "versions"]) => {
                let sha = |c: &str| c.repeat(40);
                Said::json(
                    200,
                    &json!([{ "base_commit_sha": sha("b"), "start_commit_sha": sha("c"), "head_commit_sha": HEAD }]),
                )
            }
            ("GET", [.., "notes"]) => page(asked, self.notes.clone()),
            ("POST", [.., "merge_requests", "7", "notes"]) => {
                self.note(ME, text(&asked.body, "body"));
                Said::json(201, self.notes.last().unwrap())
            }
            ("PUT", [.., "notes", id]) => edit(&mut self.notes, id, text(&asked.body, "body")),
            ("DELETE", [.., "discussions", _, "notes", id]) => remove(&mut self.remarks, id),
            ("DELETE", [.., "notes", id]) => remove(&mut self.notes, id),
            ("GET", [.., "discussions"]) => {
                let firsts = self.remarks.iter().filter(|r| r["in_reply_to_id"].is_null());
                let threads = firsts.map(|first| {
                    let notes: Vec<&Value> = self
                        .remarks
                        .iter()
                        .filter(|r| r["within"] == first["within"])
                        .collect();
                    json!({ "id": format!("d{}", first["within"]), "notes": notes })
                });
                page(asked, threads.collect())
            }
            ("POST", [.., "discussions"]) => self.discussion(asked),
            ("GET", [.., "statuses"]) => Said::json(200, &json!(self.statuses)),
            ("POST", [.., "statuses", sha]) => self.status(asked, sha),
            _ => Said::no(404, "404 Not Found"),
        }
    }

    /// A report is the only check; its annotations go with it.
    fn bitbucket(&mut self, asked: &Asked, parts: &[&str]) -> Said {
        let method = asked.method.as_str();
        match (method, parts) {
            ("GET", [.., "statuses", "build", key]) => {
                match self.statuses.iter().find(|s| s["key"] == *key) {
                    Some(status) => Said::json(200, status),
                    None => Said::no(404, "Not Found"),
                }
            }
            ("POST", [.., "commit", sha, "statuses", "build"]) => self.status(asked, sha),
            ("GET", [.., "reports", "pantheon"]) => match self.checks.first() {
                Some(check) => Said::json(200, check),
                None => Said::no(404, "Not Found"),
            },
            ("PUT", [.., "reports", "pantheon"]) => {
                let annotations = self
                    .checks
                    .first()
                    .map_or(json!([]), |check| check["annotations"].clone());
                let mut report = asked.body.clone();
                report["annotations"] = annotations;
                self.checks = vec![report.clone()];
                Said::json(200, &report)
            }
            ("DELETE", [.., "reports", "pantheon"]) => {
                self.checks.clear();
                Said {
                    body: Vec::new(),
                    ..Said::json(204, &Value::Null)
                }
            }
            ("POST", [.., "annotations"]) => {
                let new = asked.body.as_array().cloned().unwrap_or_default();
                if new.is_empty() || new.len() > 100 {
                    return Said::no(400, "1 to 100 annotations");
                }
                self.checks[0]["annotations"].as_array_mut().unwrap().extend(new);
                Said::json(200, &json!([]))
            }
            _ => Said::no(404, "Not Found"),
        }
    }

    fn discussion(&mut self, asked: &Asked) -> Said {
        let position = &asked.body["position"];
        if position["head_sha"] != HEAD || position["position_type"] != "text" {
            self.wrong.push("a place in another version".to_owned());
        }
        if !self.shows(
            text(position, "new_path"),
            position["new_line"].as_i64().unwrap_or(0),
        ) {
            return Said::no(400, "400 Bad request - Note {:line_code=>[\"can't be blank\"]}");
        }
        let id = self.remark(ME, text(&asked.body, "body"), None);
        let last = self.remarks.last_mut().unwrap();
        (last["line"], last["path"]) = (position["new_line"].clone(), position["new_path"].clone());
        Said::json(201, &json!({ "id": format!("d{id}") }))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// A page of a list, as the query asks.
fn page(asked: &Asked, all: Vec<Value>) -> Said {
    let number = |name: &str| asked.param(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").or(number("limit")).unwrap_or(30).min(100);
    let first = (number("page").unwrap_or(1) - 1) * size;
    let shown: Vec<Value> = all.iter().skip(first).take(size).cloned().collect();
    let said = Said::json(200, &json!(shown));
    match first + size < all.len() {
        true => said.with("link", "<http://127.0.0.1/>; rel=\"next\""),
        false => said.with("link", "<http://127.0.0.1/>; rel=\"first\""),
    }
}

fn edit(all: &mut [Value], id: &str, body: &str) -> Said {
    match all.iter_mut().find(|value| is(&value["id"], id)) {
        Some(value) => {
            value["body"] = body.into();
            Said::json(200, value)
        }
        None => Said::no(404, "Not Found"),
    }
}

fn remove(all: &mut Vec<Value>, id: &str) -> Said {
    let count = all.len();
    all.retain(|value| !is(&value["id"], id));
    match all.len() < count {
        true => Said {
            body: Vec::new(),
            ..Said::json(204, &Value::Null)
        },
        false => Said::no(404, "Not Found"),
    }
}

/// Whether a number is the one that a path names.
fn is(value: &Value, id: &str) -> bool {
    value.as_i64() == id.parse().ok()
}
