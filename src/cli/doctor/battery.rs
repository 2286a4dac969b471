//! `pantheon doctor --battery`: what a command in a jail can do on this machine.

use crate::cli::{Context, Exit, Failure};

/// There is no jail on this system in which anything could be tried.
#[cfg(not(target_os = "linux"))]
pub fn run(_: &str, _: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("this system has no battery so far; Linux has"))
}

/// Tries everything, and says what was possible.
#[cfg(target_os = "linux")]
pub fn run(format: &str, cx: &Context) -> Result<Exit, Failure> {
    let reports = crate::app::jail::battery().map_err(|(message, hint)| {
        let failure = Failure::usage(message);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    let is_sound = reports.iter().all(crate::app::jail::Report::is_sound);
    cx.out(&match format {
        "json" => format!(
            "{:#}\n",
            serde_json::json!({ "sound": is_sound, "batteries": reports })
        ),
        _ => reports.iter().map(told::report).collect(),
    });
    Ok(u8::from(!is_sound))
}

#[cfg(target_os = "linux")]
mod told {
    use crate::app::jail::{Attempt, Outcome, Purpose, Report};
    use crate::report::visible;
    use std::fmt::Write;

    /// A table, and what there is to know about it.
    pub fn report(report: &Report) -> String {
        let whose = match report.purpose {
            Purpose::Creator => "an agent that writes",
            Purpose::Validator => "an agent that only looks",
        };
        let mut out = format!("sandbox of {whose}: level {}\n", report.level.name());
        // Writing to a string cannot fail.
        for missing in &report.layers.missing {
            let _ = writeln!(out, "  missing: {}", visible(missing));
        }
        for attempt in &report.attempts {
            let _ = writeln!(out, "  {:<9} {}", word(attempt), attempt.name);
        }
        for attempt in report.open().filter(|attempt| attempt.expected) {
            let why = attempt.why.unwrap_or_default();
            let _ = writeln!(out, "  open: {}: {why}", attempt.name);
        }
        for attempt in report.attempts.iter().filter(|attempt| !attempt.expected) {
            let said = attempt.said.as_deref().unwrap_or("it was possible");
            let _ = writeln!(out, "  wrong: {}: {}", attempt.name, visible(said));
        }
        for path in &report.changed {
            let _ = writeln!(out, "  changed: {}", visible(path));
        }
        let open = report.open().count();
        let tried = report.attempts.iter().filter(|attempt| !attempt.must).count();
        let verdict = if report.is_sound() {
            "as promised"
        } else {
            "NOT as promised"
        };
        let _ = writeln!(out, "  {tried} attempts, {open} open, {verdict}\n");
        out
    }

    fn word(attempt: &Attempt) -> &'static str {
        match attempt.outcome {
            Outcome::Allowed if attempt.must => "works",
            Outcome::Allowed => "OPEN",
            Outcome::Denied => "denied",
            Outcome::Absent => "absent",
            Outcome::Broken => "BROKEN",
        }
    }
}
