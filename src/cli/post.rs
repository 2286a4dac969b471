//! What is said on the forge besides the report, and what a person is told about it.

use super::Context;
use super::ci::Log;
use crate::app::post::{self, Kind, Posted, Target, Wrong};
use crate::model::{Oid, Report};
use crate::report::{self, Format, Options};
use crate::sys::terminal::Stream;
use std::time::Duration;

/// What to say on the forge.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Say it on the forge too, as one or several of `checks`, `review`, `comment` and `status`. What cannot be
    /// posted is said, and changes no verdict.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind)]
    post: Vec<Kind>,
    /// The most seconds that posting takes, waits for the forge's limits included.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=600))]
    post_timeout: u64,
}

impl Args {
    /// Posts what was judged, if that is asked for. With `head`, the run must be about that commit. `is_annotated`:
    /// the findings stand in the log as workflow commands already.
    pub fn report(&self, report: &Report, head: Option<Oid>, is_annotated: bool, cx: &Context) {
        if self.post.is_empty() {
            return;
        }
        let needs = match self.target(head) {
            Ok(target) => self.told(&post::post(report, &target, &self.post), cx),
            Err(wrong) => self.not_posted(&wrong, cx),
        };
        if needs && !is_annotated && cx.log == (Log::Commands { stops: true }) {
            // Beside the report: whoever reads that must find nothing else in it.
            cx.write(
                Stream::Err,
                &report::render(Format::Github, report, &Options::default()),
            );
        }
    }

    /// Posts that nothing could be judged, if anything is to be posted.
    pub fn error(&self, why: &str, cx: &Context) {
        if self.post.is_empty() {
            return;
        }
        match self.target(None) {
            Ok(target) => self.told(&post::post_error(why, &target, &self.post), cx),
            Err(wrong) => self.not_posted(&wrong, cx),
        };
    }

    /// Says that there was no time to post.
    pub fn called_off(&self, cx: &Context) {
        if !self.post.is_empty() {
            say("not posted: the program was told to end", cx);
        }
    }

    fn target(&self, head: Option<Oid>) -> Result<Target, Wrong> {
        let target = post::target_here(head)?;
        Ok(Target {
            within: Duration::from_secs(self.post_timeout),
            ..target
        })
    }

    fn told(&self, posted: &Posted, cx: &Context) -> bool {
        posted.lines().iter().for_each(|line| say(line, cx));
        posted.needs_another_way()
    }

    fn not_posted(&self, wrong: &Wrong, cx: &Context) -> bool {
        say(&format!("not posted: {}; {}", wrong.message, wrong.hint), cx);
        self.post
            .iter()
            .any(|kind| matches!(kind, Kind::Checks | Kind::Review))
    }
}

fn say(line: &str, cx: &Context) {
    let line = format!("pantheon: {}\n", report::visible(line));
    cx.write(Stream::Err, &cx.log.guard(line.into_bytes()));
}

fn kind(text: &str) -> Result<Kind, String> {
    let names = Kind::ALL.map(Kind::name).join(", ");
    Kind::from_name(text).ok_or_else(|| format!("the kinds are {names}"))
}
