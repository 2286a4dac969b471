//! Looks the units of reviews up, as the answers of models are.

use crate::Outcome;
use crate::history::{Review, Why};
use crate::why::{Miss, Shown};
use bstr::BStr;
use pantheon::git::{self, Repository};
use pantheon::llm::cache_key::{self, Asked};
use pantheon::llm::prompt::{self, Prompt};
use pantheon::llm::request::{Part, Request};
use pantheon::llm::tokens::{Family, count};
use pantheon::validators::review::{Ask, Plan, question};
use pantheon::validators::shipped;
use pantheon::validators::sift::{Limits, NoFacts};
use pantheon::validators::spec::{Scope, Spec};
use pantheon::validators::view::{self, Unit, View};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::Path;

/// How units are made.
pub struct Setting {
    /// See [`view::Options::files_per_unit`].
    pub files_per_unit: u32,
    /// See [`view::Options::tokens_per_unit`].
    pub tokens_per_unit: u64,
}

/// A question that was looked up.
pub struct Look {
    /// The number of the question in [`Met::texts`].
    pub question: usize,
    /// The validator.
    pub validator: usize,
    /// Whether an answer was kept.
    pub hit: bool,
    /// The tokens of the question.
    pub tokens: u64,
}

/// What came of the reviews.
#[derive(Default)]
pub struct Met {
    /// Why, and what was looked up, for each review.
    pub reviews: Vec<(Why, Vec<Look>)>,
    /// Every question, once.
    pub texts: Vec<String>,
    /// The validators.
    pub validators: Vec<String>,
    /// The time that the views took.
    pub elapsed: std::time::Duration,
    /// Units that were not found, by the reason.
    pub missed: BTreeMap<(Why, Miss), u64>,
}

/// A gate at a repository.
pub struct Gate {
    repo: Repository,
    frame: Prompt,
    specs: Vec<Spec>,
}

const LARGEST: u64 = 1 << 20;

fn open_book(_: &BStr, _: &[u8]) -> Vec<Range<usize>> {
    Vec::new()
}

impl Gate {
    /// Opens a repository; every validator that is shipped is asked.
    pub fn open(dir: &Path) -> Outcome<Self> {
        let frame = prompt::shipped("reviewer").ok_or("the frame is not shipped")?;
        let spec = |shipped: &&shipped::Shipped| shipped::spec(shipped, None, &[], Scope::default());
        Ok(Self {
            repo: Repository::open(dir)?,
            frame,
            specs: shipped::ALL.iter().map(spec).collect(),
        })
    }

    /// Looks up all that is asked about these reviews, with nothing kept at first.
    pub fn meet(&self, reviews: &[Review], setting: &Setting) -> Outcome<Met> {
        let mut met = Met {
            validators: self.specs.iter().map(|spec| spec.name.clone()).collect(),
            ..Met::default()
        };
        let mut kept: BTreeMap<String, usize> = BTreeMap::new();
        let (mut seen, mut shown) = (HashSet::new(), Shown::default());
        for review in reviews {
            let begun = std::time::Instant::now();
            let view = self.view(review, setting)?;
            met.elapsed += begun.elapsed();
            for unit in view.units.iter().filter(|unit| seen.insert(unit.text.clone())) {
                let miss = shown.add(
                    unit.text
                        .split_once(&unit.fence)
                        .map_or("", |(_, content)| content),
                );
                *met.missed.entry((review.why, miss)).or_default() += 1;
            }
            let looks = self.looks(&view, &mut kept, &mut met.texts);
            met.reviews.push((review.why, looks));
        }
        Ok(met)
    }

    fn view(&self, review: &Review, setting: &Setting) -> Outcome<View> {
        let resolve = |name: &str| git::resolve(&self.repo, name);
        let (from, to) = (resolve(&review.from)?, resolve(&review.to)?);
        let mut change = git::range(&self.repo, Some(from), to)?;
        git::mark_copies(&self.repo, &mut change);
        let options = view::Options {
            files_per_unit: setting.files_per_unit,
            tokens_per_unit: setting.tokens_per_unit,
            ..view::Options::new("0123456789abcdef0123456789abcdef", &open_book)
        };
        let objects = self.repo.reader(LARGEST);
        Ok(view::build(&change, &objects, &options))
    }

    fn looks(&self, view: &View, kept: &mut BTreeMap<String, usize>, texts: &mut Vec<String>) -> Vec<Look> {
        let plan = Plan {
            validators: &self.specs,
            frame: &self.frame,
            view,
            message: None,
            facts: &NoFacts,
            limits: Limits::default(),
            parallel: 1,
            falsifier: None,
            without_comments: false,
            canary: false,
            is_spoken_to: false,
        };
        let mut looks = Vec::new();
        for unit in view.units.iter().enumerate() {
            for (validator, spec) in self
                .specs
                .iter()
                .enumerate()
                .filter(|(_, spec)| wants(spec, unit.1))
            {
                let ask = question(&plan, spec, "", unit, false);
                let (key, text) = (key(&ask), text(&ask.request));
                let hit = kept.contains_key(&key);
                let question = *kept.entry(key).or_insert(texts.len());
                looks.push(Look {
                    question,
                    validator,
                    hit,
                    tokens: count(&text, Family::O200k),
                });
                if !hit {
                    texts.push(text);
                }
            }
        }
        looks
    }
}

fn wants(spec: &Spec, unit: &Unit) -> bool {
    unit.files.iter().any(|name| spec.scope.covers(BStr::new(name)))
}

fn key(ask: &Ask) -> String {
    let asked = Asked {
        contract: "openai-compatible",
        base_url: "http://127.0.0.1",
        api_version: "",
        prompt: &ask.prompt,
    };
    cache_key::of(&asked, &ask.request)
}

/// All that is sent, as one text.
fn text(request: &Request) -> String {
    let mut out: String = request.system.iter().map(|block| block.text.as_str()).collect();
    for part in request.turns.iter().flat_map(|turn| &turn.parts) {
        if let Part::Text(block) = part {
            out.push_str(&block.text);
        }
    }
    if let Some(schema) = &request.schema {
        out.push_str(&schema.value.to_string());
    }
    out
}
