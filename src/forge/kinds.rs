//! Posts one kind after the other: looks at what is there, and sends what is missing.

use super::call::{self, Call};
use super::client::{Client, Fault};
use super::codec::{At, Author, Checks, Codec, Pull, Talk};
use super::wanted::{Subject, Wanted};
use super::{Kind, Outcome, Posted, Target, marker, pause, read, review};
use crate::model::Decision;
use crate::sys::http;
use crate::sys::signal::Interrupt;

/// The most bytes of a text: less than any forge takes, as the marker stands before it.
const MOST: usize = 64_000;

/// How often a kind is begun again because it is not known what came of it.
const ROUNDS: u32 = 3;

/// What became of a kind, where nothing went wrong.
pub type Came = (Outcome, String);

/// A run.
pub struct Run<'a> {
    /// Sends requests.
    pub client: Client<'a>,
    /// Knows the forge.
    pub codec: &'static dyn Codec,
    /// Where.
    pub target: &'a Target,
    /// What is to be said.
    pub wanted: Wanted<'a>,
    /// Whether what is no longer said is no longer true.
    pub is_whole: bool,
    me: Option<Author>,
    pull: Option<Option<Pull>>,
}

/// Posts what was judged.
pub fn post(subject: &Subject<'_>, target: &Target, kinds: &[Kind], interrupt: &Interrupt) -> Posted {
    let mut run = Run {
        client: Client::new(target, interrupt),
        codec: target.forge.codec(),
        target,
        wanted: Wanted::new(*subject, target),
        is_whole: is_whole(subject),
        me: None,
        pull: None,
    };
    let mut posted = Posted::default();
    let done = http::block_on(run.all(kinds, &mut posted));
    if let Err(e) = done {
        let fault = Fault::new(format!("the system gives no event queue: {e}"));
        kinds
            .iter()
            .for_each(|kind| posted.fault(*kind, target, false, &fault));
    }
    posted
}

/// Whether everything was looked at: what was not may still be as it was.
fn is_whole(subject: &Subject<'_>) -> bool {
    let Subject::Report(report) = subject else {
        return false;
    };
    let is_cut = report.left_out.iter().any(|gap| gap.inconclusive);
    report.verdict.decision != Decision::Inconclusive && !is_cut
}

impl Run<'_> {
    async fn all(&mut self, kinds: &[Kind], posted: &mut Posted) {
        let mut done = Vec::new();
        for kind in kinds {
            if done.contains(kind) {
                continue;
            }
            done.push(*kind);
            match self.settled(*kind).await {
                Ok((outcome, text)) => posted.push(*kind, outcome, text),
                Err(fault) => posted.fault(*kind, self.target, self.is_fork(), &fault),
            }
        }
    }

    /// Posts a kind, and looks again where it is not known what came of it.
    async fn settled(&mut self, kind: Kind) -> Result<Came, Fault> {
        let mut round = 1;
        loop {
            let fault = match self.one(kind).await {
                Err(fault) if fault.is_open && round < ROUNDS => fault,
                done => return done,
            };
            self.client.rest(pause::backoff(round), &fault).await?;
            round += 1;
        }
    }

    async fn one(&mut self, kind: Kind) -> Result<Came, Fault> {
        let title = self.target.forge.title();
        let (checks, talk) = (self.codec.checks(), self.codec.talk());
        match (kind, checks, talk) {
            (Kind::Status, ..) => self.status().await,
            (Kind::Checks, Some(checks), _) => self.checks(checks).await,
            (Kind::Comment, _, Some(talk)) => self.comment(talk).await,
            (Kind::Review, _, Some(talk)) => review::post(self, talk).await,
            (Kind::Checks, None, _) => Ok(skipped(format!(
                "{title} has no checks; `status` says the verdict"
            ))),
            (_, _, None) => Ok(skipped(format!(
                "this is not known of {title}; `checks` shows the findings"
            ))),
        }
    }

    fn is_fork(&self) -> bool {
        let seen = self.pull.iter().flatten().any(|pull| pull.is_fork);
        self.target.is_fork || seen
    }

    async fn checks(&self, checks: &dyn Checks) -> Result<Came, Fault> {
        let there = checks.there(self.target, &self.wanted);
        let there = match self.client.call(&there).await {
            Ok(answer) => checks.has(&answer.value, &self.wanted),
            Err(fault) if fault.status == Some(404) => false,
            Err(fault) => return Err(fault),
        };
        if there {
            return Ok((Outcome::Same, format!("{}, as before", self.wanted.title)));
        }
        self.in_turn(checks.make(self.target, &self.wanted)).await?;
        Ok((Outcome::Done, self.wanted.title.clone()))
    }

    /// Sends requests that make one thing. The last one completes it and is sent in any case, so that nobody waits
    /// for it for ever.
    async fn in_turn(&self, calls: Vec<Call>) -> Result<(), Fault> {
        let (mut id, mut failed) = (None, None);
        let count = calls.len();
        for (at, call) in calls.into_iter().enumerate() {
            if failed.is_some() && at + 1 < count {
                continue;
            }
            let mut call = call.with_id(id.as_deref());
            if failed.is_some()
                && let Some(body) = call.body.as_mut().and_then(|body| body.as_object_mut())
            {
                // By this it would be taken for whole.
                body.remove("external_id");
            }
            match self.client.call(&call).await {
                Ok(answer) if at == 0 => id = call::id(&answer.value, "/id"),
                Ok(_) => {}
                Err(fault) if at == 0 => return Err(fault),
                Err(fault) => failed = failed.or(Some(fault)),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn status(&mut self) -> Result<Came, Fault> {
        let key = self.wanted.name();
        let wanted = self.codec.wanted_status(&self.wanted, self.target);
        let there = match self.client.call(&self.codec.statuses(self.target, &key)).await {
            Ok(answer) => self.codec.status(&answer.value, &key),
            // Some tokens write what they cannot read.
            Err(fault) if fault.is_refusal() && fault.status != Some(401) => None,
            Err(fault) => return Err(fault),
        };
        if there.as_ref() == Some(&wanted) {
            return Ok((Outcome::Same, format!("{}, as before", self.wanted.title)));
        }
        self.client
            .call(&self.codec.set_status(self.target, &key, &wanted))
            .await?;
        Ok((Outcome::Done, self.wanted.title.clone()))
    }

    async fn comment(&mut self, talk: &dyn Talk) -> Result<Came, Fault> {
        let pull = match self.place(talk).await? {
            Ok(pull) => pull,
            Err(why) => return Ok(skipped(why)),
        };
        let head = self.target.head.to_string();
        let marker = marker::write(&self.wanted.key, "head", &head);
        let body = format!("{marker}\n{}", self.wanted.page(MOST));
        let outcome = self.sticky(talk, pull, "head", Some(&body)).await?;
        Ok(match outcome {
            Outcome::Same => (outcome, "as before".to_owned()),
            _ => (outcome, self.wanted.title.clone()),
        })
    }

    /// Keeps one comment of that name as it should be; `None`: there should be none.
    pub async fn sticky(
        &mut self,
        talk: &dyn Talk,
        pull: u64,
        name: &str,
        body: Option<&str>,
    ) -> Result<Outcome, Fault> {
        let me = self.me(talk).await?;
        let at = At {
            target: self.target,
            pull,
        };
        let all = read::list(&self.client, talk, &talk.notes(at)).await?;
        let ours = all
            .iter()
            .filter_map(|value| talk.note(value))
            .filter(|note| note.author.is(&me));
        let mut ours = ours.filter(|note| marker::read(&note.body, &self.wanted.key, name).is_some());
        let first = ours.next();
        let mut outcome = match (&first, body) {
            (None, None) => Outcome::Same,
            (Some(note), Some(body)) if is_same(&note.body, body) => Outcome::Same,
            (Some(note), Some(body)) => {
                self.client.call(&talk.edit_note(at, &note.id, body)).await?;
                Outcome::Done
            }
            (Some(note), None) => {
                self.client.call(&talk.remove_note(at, &note.id)).await?;
                Outcome::Done
            }
            (None, Some(body)) => {
                self.client.call(&talk.add_note(at, body)).await?;
                Outcome::Done
            }
        };
        // Two runs at once may each have made one.
        for note in ours {
            self.client.call(&talk.remove_note(at, &note.id)).await?;
            outcome = Outcome::Done;
        }
        Ok(outcome)
    }

    /// Returns who we are.
    pub async fn me(&mut self, talk: &dyn Talk) -> Result<Author, Fault> {
        if let Some(me) = &self.me {
            return Ok(me.clone());
        }
        let me = read::me(&self.client, talk).await?;
        self.me = Some(me.clone());
        Ok(me)
    }

    /// Returns the number of the pull request, or why nothing is to be said there.
    pub async fn place(&mut self, talk: &dyn Talk) -> Result<Result<u64, String>, Fault> {
        let pull = match &self.pull {
            Some(pull) => pull.clone(),
            None => read::pull(&self.client, talk, self.target).await?,
        };
        self.pull = Some(pull.clone());
        let head = self.target.head.to_string();
        Ok(match pull {
            None => Err("no pull request is known for this run".to_owned()),
            Some(pull) if pull.head != head => {
                let now: String = pull
                    .head
                    .chars()
                    .filter(char::is_ascii_hexdigit)
                    .take(10)
                    .collect();
                Err(format!(
                    "the pull request has moved on to `{now}`, which another run judges"
                ))
            }
            Some(pull) => Ok(pull.number),
        })
    }
}

/// There is nothing to do, for this reason.
pub fn skipped(why: impl Into<String>) -> Came {
    (Outcome::Skipped, why.into())
}

/// Whether two texts are the same but for what a forge does to ends of lines.
fn is_same(there: &str, wanted: &str) -> bool {
    let lines = |text: &'_ str| text.trim_end().replace("\r\n", "\n");
    lines(there) == lines(wanted)
}
