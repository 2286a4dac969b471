//! Which commands run in CI: those of the base, where its owner has said so, and none where a stranger's change would
//! run with the rights of the repository.

use super::{Asked, Found};
use crate::app::models::trust;
use crate::app::wire::Wired;
use crate::model::PolicySource;

/// Events of GitHub that run with the rights of the repository though a stranger starts them.
const PRIVILEGED: [&str; 4] = ["pull_request_target", "workflow_run", "issue_comment", "issues"];

/// Settles whether the commands of a policy run.
///
/// What the change itself brings never counts by [`trust::BASE`]: neither its policy, nor one that who pushes has
/// pushed before.
pub fn settle(wired: &mut Wired, asked: &Asked, found: &Found) {
    let from_base = wired.source == PolicySource::Base && !found.is_own_past;
    let Some(wish) = &mut wired.commands else { return };
    wish.trusted |= from_base && trust::is_base_trusted();
    let event = asked.vars.get("GITHUB_EVENT_NAME").unwrap_or_default();
    if PRIVILEGED.contains(&event) {
        wish.refused = Some(format!(
            "commands run what a change brings, and `{event}` would run it with the rights of the repository; use \
             `pull_request`"
        ));
    }
}
