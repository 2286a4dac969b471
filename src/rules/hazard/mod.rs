//! Rules about workflow files whose structure must be known to judge a line.

pub mod workflow_injection;
pub mod workflow_untrusted_checkout;

mod workflow;
