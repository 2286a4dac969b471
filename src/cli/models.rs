//! `pantheon models`: what is configured, reachable, and what it costs.

use super::{Context, Exit, Failure};
use crate::app;
use crate::app::models::show::{self, Asker, Row};
use crate::app::models::{self, Book, Now, Preview, Reply, Store};
use crate::app::state;
use crate::config::Settings;

use crate::report::visible;
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use serde_json::json;
use std::fmt::Write;
use std::time::Duration;

/// How long after a call its end can still be written down.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What `pantheon models` does.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the models that are configured, with what they cost and what stands in their way
    List {
        /// List the models of the shipped table too
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look whether each model can be reached; exit code 1 if one cannot
    Test(TestArgs),
    /// Show what models cost, and what a review of a thousand changed lines would cost
    Prices {
        /// Show only the models that are configured
        #[arg(long)]
        configured: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Explain which model would be asked, and why
    Route(RouteArgs),
}

/// Options of `pantheon models test`.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// The models, by name; none: all that are configured
    models: Vec<String>,
    /// Ask this, by the route that a check would take, instead of asking which models there are
    #[arg(long, value_name = "TEXT", conflicts_with = "models")]
    ask: Option<String>,
    /// With `--ask`: show the tokens, the price and exactly what would leave the machine, and send nothing
    #[arg(long, requires = "ask")]
    dry_run: bool,
    /// With `--ask`: print how the model was chosen
    #[arg(long, requires = "ask")]
    explain_route: bool,
    /// How long it may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    limit: u64,
    #[command(flatten)]
    who: Who,
}

/// Options of `pantheon models route`.
#[derive(Debug, clap::Args)]
pub struct RouteArgs {
    #[command(flatten)]
    who: Who,
    /// The size of the prompt in tokens
    #[arg(long, default_value_t = 5000)]
    tokens: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Who {
    /// The agent that asks
    #[arg(long, default_value = "", hide_default_value = true)]
    agent: String,
    /// The task, such as `security`
    #[arg(long, default_value = "", hide_default_value = true)]
    task: String,
}

/// Runs `pantheon models`.
///
/// # Errors
/// When a name in the configuration means nothing.
pub fn run(command: &Command, cx: &Context, settings: &Settings) -> Result<Exit, Failure> {
    let now = Now::of(settings);
    match command {
        Command::List { all, json } => {
            let rows = rows(settings, &now, *all)?;
            cx.out(&if *json { as_json(&rows) } else { list(&rows) });
            Ok(0)
        }
        Command::Prices { configured, json } => {
            let rows = rows(settings, &now, !*configured)?;
            cx.out(&if *json { as_json(&rows) } else { prices(&rows) });
            Ok(0)
        }
        Command::Test(args) => test(args, cx, settings, &now),
        Command::Route(args) => route(args, cx, settings, &now),
    }
}

fn rows(settings: &Settings, now: &Now, all: bool) -> Result<Vec<Row>, Failure> {
    let book = if all {
        models::whole_book(settings, now)
    } else {
        models::book(settings, now)
    };
    Ok(show::rows(&book?, now))
}

fn as_json(rows: &[Row]) -> String {
    format!("{:#}\n", json!({ "models": rows }))
}

const NONE: &str = "no model can be asked: set `GEMINI_API_KEY`, or write `[models.<name>]`; `pantheon models list \
                    --all` shows the shipped table\n";

fn list(rows: &[Row]) -> String {
    if rows.is_empty() {
        return NONE.to_owned();
    }
    let mut out = String::new();
    for row in rows {
        let _ = writeln!(out, "{}", visible(&row.name));
        if row.id != row.name {
            line(&mut out, "id", &row.id);
        }
        for end in &row.endpoints {
            let state = end.unusable.as_deref().unwrap_or("ready");
            line(
                &mut out,
                "at",
                &format!("{} ({}, {}): {state}", end.name, end.kind, end.base_url),
            );
        }
        line(&mut out, "price", &price(row));
        if let Some(window) = row.window {
            line(
                &mut out,
                "window",
                &format!("{window} tokens in, {} out", row.max_output),
            );
        }
        if !row.fallback.is_empty() {
            line(&mut out, "then", &row.fallback.join(", "));
        }
        for warning in &row.warnings {
            line(&mut out, "note", warning);
        }
    }
    out
}

fn line(out: &mut String, name: &str, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  {name:<7} {}", visible(text));
}

fn price(row: &Row) -> String {
    if row.output.0 == 0 && row.guess.is_none() {
        return "free".to_owned();
    }
    let guess = row
        .guess
        .map(|why| format!(" (a guess: {why})"))
        .unwrap_or_default();
    format!("{} in, {} out for a million tokens{guess}", row.input, row.output)
}

fn prices(rows: &[Row]) -> String {
    if rows.is_empty() {
        return NONE.to_owned();
    }
    let mut out = String::from(
        "dollars for a million tokens, today; 1,000 lines: a review of a thousand changed lines\n\n",
    );
    let _ = writeln!(
        out,
        "{:<28} {:>10} {:>10} {:>12}",
        "model", "in", "out", "1,000 lines"
    );
    for row in rows {
        let mark = if row.guess.is_some() { "  guess" } else { "" };
        let name = visible(&row.name).into_owned();
        let cells = [row.input, row.output, row.thousand_lines].map(|money| money.to_string());
        let _ = writeln!(
            out,
            "{name:<28} {:>10} {:>10} {:>12}{mark}",
            cells[0], cells[1], cells[2]
        );
    }
    for warning in rows.iter().flat_map(|row| &row.warnings) {
        let _ = writeln!(out, "\nnote: {}", visible(warning));
    }
    out
}

/// Opens the state for as long as a call of so many seconds needs it; says so if that cannot be.
fn open_state(cx: &Context, limit: u64) -> Option<Store> {
    match state::open(Deadline::after(Duration::from_secs(limit) + LAST_WORDS)) {
        Ok(store) => {
            for note in &store.notes {
                cx.err(&format!("note: {}\n", visible(note)));
            }
            Some(store)
        }
        Err(why) => {
            cx.err(&format!("note: {}\n", visible(&why.to_string())));
            None
        }
    }
}

fn test(args: &TestArgs, cx: &Context, settings: &Settings, now: &Now) -> Result<Exit, Failure> {
    let book = models::book(settings, now)?;
    let limit = Duration::from_secs(args.limit);
    if let Some(text) = &args.ask {
        return ask(args, cx, now, &book, text);
    }
    if let Some(name) = args
        .models
        .iter()
        .find(|name| !book.table.models.iter().any(|m| m.name == **name))
    {
        let failure = Failure::usage(format!("no model `{}` is configured", visible(name)));
        return Err(failure.hint("`pantheon models list` shows those that are"));
    }
    let interrupt = Interrupt::listen();
    let reached = show::reach(&book, &args.models, limit, &interrupt).map_err(no_runtime)?;
    if reached.is_empty() {
        cx.out(NONE);
    }
    if interrupt.check().is_err() {
        return Err(app::Error::Interrupted.into());
    }
    let mut failed = reached.is_empty();
    for at in &reached {
        failed |= at.result.as_ref().map_or(true, |named| *named == Some(false));
        cx.out(&format!(
            "{}: {} in {} ms\n",
            visible(&at.name),
            said(&at.result),
            at.elapsed.as_millis()
        ));
    }
    Ok(u8::from(failed))
}

fn said(result: &Result<Option<bool>, models::Failure>) -> String {
    match result {
        Ok(Some(true)) => "ready".to_owned(),
        Ok(Some(false)) => "reached, but it does not name this model".to_owned(),
        Ok(None) => "reached; it names no models".to_owned(),
        Err(failure) => format!("{} ({})", visible(&failure.message), failure.kind.name()),
    }
}

fn no_runtime(error: std::io::Error) -> Failure {
    Failure::internal(format!("the runtime cannot be started: {error}"))
}

fn asker<'a>(who: &'a Who, now: &'a Now, run: &'a str, limit: u64) -> Asker<'a> {
    Asker {
        agent: &who.agent,
        task: &who.task,
        run,
        today: &now.today,
        limit: Duration::from_secs(limit),
        interrupt: Interrupt::listen(),
    }
}

fn ask(args: &TestArgs, cx: &Context, now: &Now, book: &Book, text: &str) -> Result<Exit, Failure> {
    let (run, store) = (models::run_id(), open_state(cx, args.limit));
    let asker = asker(&args.who, now, &run, args.limit);
    if args.explain_route || args.dry_run {
        cx.err(&show::explained(book, store.as_ref(), &asker, text));
    }
    if args.dry_run {
        let preview = show::preview(book, store.as_ref(), &asker, text);
        cx.out(&previewed(&preview));
        return Ok(u8::from(preview.target.is_none()));
    }
    let reply = show::ask(book, store.as_ref(), &asker, text).map_err(no_runtime)?;
    answered(cx, &reply, &asker.interrupt)
}

/// Shows everything that a call would send.
pub(super) fn previewed(preview: &Preview) -> String {
    let Some(target) = &preview.target else {
        return NONE.to_owned();
    };
    let estimate = &preview.estimate;
    let mut out = format!("{}\n", visible(target));
    line(
        &mut out,
        "tokens",
        &format!(
            "about {} in, {} out",
            estimate.tokens.input, estimate.tokens.output
        ),
    );
    let price = format!(
        "likely {}, at most {} is reserved",
        estimate.likely, estimate.most
    );
    line(&mut out, "price", &price);
    let _ = writeln!(out, "\nPOST {}", visible(&preview.url));
    for (name, value) in &preview.headers {
        let _ = writeln!(out, "{name}: {}", visible(value));
    }
    if let Some(name) = preview.key_header {
        let _ = writeln!(out, "{name}: ***");
    }
    let _ = writeln!(out, "\n{}", visible(&preview.body));
    out
}

fn answered(cx: &Context, reply: &Reply, interrupt: &Interrupt) -> Result<Exit, Failure> {
    for note in &reply.notes {
        cx.err(&format!("note: {}\n", visible(note)));
    }
    if reply.answer.is_none() && interrupt.check().is_err() {
        return Err(app::Error::Interrupted.into());
    }
    for (name, failure) in &reply.failures {
        let kind = failure.kind.name();
        cx.err(&format!(
            "{}: {} ({kind})\n",
            visible(name),
            visible(&failure.message)
        ));
    }
    let Some(given) = &reply.answer else {
        return Ok(1);
    };
    cx.out(&format!("{}\n", visible(given.text.trim())));
    let from = if given.cached {
        ", kept from an earlier call"
    } else {
        ""
    };
    let usage = &reply.usage;
    cx.err(&format!(
        "{} at {}{from}: {} tokens in, {} out, {}\n",
        visible(&given.model),
        visible(&given.endpoint),
        usage.prompt(),
        usage.output,
        reply.cost
    ));
    Ok(u8::from(!given.is_whole()))
}

fn route(args: &RouteArgs, cx: &Context, settings: &Settings, now: &Now) -> Result<Exit, Failure> {
    let book = models::book(settings, now)?;
    let (run, store) = (models::run_id(), open_state(cx, 1));
    let asker = asker(&args.who, now, &run, 1);
    let (decision, told) = show::route(&book, store.as_ref(), &asker, args.tokens);
    if args.json {
        let targets = decision.targets.iter().map(|t| {
            json!({ "model": book.table.models[t.model].name, "endpoint": book.table.endpoints[t.endpoint].name })
        });
        let targets: Vec<_> = targets.collect();
        cx.out(&format!(
            "{:#}\n",
            json!({ "level": decision.level, "targets": targets, "trace": decision.trace })
        ));
    } else {
        cx.out(&told);
    }
    Ok(u8::from(decision.targets.is_empty()))
}
