//! A defect of ours among the change, which a model that works finds: one that does not has said nothing by
//! finding nothing.

use super::CallOutcome;
use crate::validators::claim::Claim;
use crate::validators::view::Unit;

/// What is put there for a validator.
struct Canary {
    validator: &'static str,
    /// The path, with a place for a name that nobody knows in advance.
    path: &'static str,
    lines: &'static [&'static str],
}

/// Defects that nobody can call right. A validator without one has none put there.
const ALL: &[Canary] = &[
    Canary {
        validator: "correctness",
        path: "internal/summary_@.py",
        lines: &[
            "def mean(values):",
            "    count = 0",
            "    total = sum(values)",
            "    return total / count",
        ],
    },
    Canary {
        validator: "security",
        path: "internal/export_@.py",
        lines: &[
            "import subprocess",
            "",
            "def export(request):",
            "    name = request.args[\"name\"]",
            "    subprocess.run(\"tar czf /tmp/out.tgz \" + name, shell=True)",
        ],
    },
    Canary {
        validator: "performance",
        path: "internal/report_@.py",
        lines: &[
            "def totals(db, customers):",
            "    result = {}",
            "    for customer in customers:",
            "        for other in db.query(\"SELECT * FROM customers\"):",
            "            if other.id == customer.id:",
            "                result[customer.id] = db.query(\"SELECT * FROM orders WHERE c = ?\", other.id)",
            "    return result",
        ],
    },
];

/// The most of the mark that stands in a path.
const NAME: usize = 6;

/// Returns the path of the defect for a validator; `None`: it has none.
fn path(validator: &str, unit: &Unit) -> Option<String> {
    let canary = ALL.iter().find(|canary| canary.validator == validator)?;
    let mark: String = unit
        .fence
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(NAME)
        .collect();
    Some(canary.path.replace('@', &mark))
}

/// Returns the text of a unit with the defect as its last file.
pub(super) fn put(validator: &str, unit: &Unit) -> Option<String> {
    let canary = ALL.iter().find(|canary| canary.validator == validator)?;
    let path = path(validator, unit)?;
    let end = unit.text.rfind(&unit.fence)?;
    let mut text = unit.text[..end].to_owned();
    text.push_str(&format!("file: `{path}`, added\nhunk 1 new:\n"));
    for (at, line) in canary.lines.iter().enumerate() {
        text.push_str(format!("+ {:>3} | {line}", at + 1).trim_end());
        text.push('\n');
    }
    text.push_str(&unit.text[end..]);
    Some(text)
}

/// Takes the claims about the defect out, and says what an answer is worth that has none.
pub(super) fn take(validator: &str, unit: &Unit, claims: &mut Vec<Claim>) -> Option<CallOutcome> {
    let path = path(validator, unit)?;
    let before = claims.len();
    claims.retain(|claim| claim.path != path);
    (claims.len() == before).then(|| CallOutcome::Partial(MISSED.to_owned()))
}

const MISSED: &str = "it did not find the defect that was put there on purpose";
