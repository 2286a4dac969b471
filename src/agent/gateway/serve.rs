//! Takes connections, and ends them.

use super::shared::Shared;
use crate::llm::transport::Cancel;
use std::io;
use std::sync::Arc;

/// Serves until it is called off.
pub(super) async fn run(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    cancel: Cancel,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::select! {
        () = cancel.cancelled() => {}
        () = shared.closed.cancelled() => {}
        refused = listener.accept() => drop(refused),
    }
    Ok(())
}
