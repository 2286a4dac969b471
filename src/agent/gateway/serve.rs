//! Takes connections, and ends them.

use super::call::{self, Told};
use super::conn::Conn;
use super::denial::Denial;
use super::shared::Shared;
use super::tunnel;
use crate::llm::transport::Cancel;
use crate::store::audit::{Entry, Kind};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, LocalSet};

/// How long it waits where a connection cannot be taken: this process may have too many files open.
const A_MOMENT: Duration = Duration::from_millis(50);

/// Serves until it is called off.
pub(super) async fn run(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    cancel: Cancel,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut tasks = JoinSet::new();
    let serving = async {
        tokio::select! {
            () = cancel.cancelled() => {}
            () = shared.closed.cancelled() => {}
            never = take(&listener, &shared, &mut tasks) => match never {},
        }
        // Each call that is under way ends here, and its reservation is settled.
        tasks.shutdown().await;
    };
    LocalSet::new().run_until(serving).await;
    Ok(())
}

async fn take(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    tasks: &mut JoinSet<()>,
) -> std::convert::Infallible {
    loop {
        while tasks.len() >= shared.rules.bounds.connections {
            tasks.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tasks.spawn_local(serve(shared.clone(), stream))),
                Err(_) => tokio::time::sleep(A_MOMENT).await,
            },
            Some(_) = tasks.join_next() => {}
        }
    }
}

/// Serves one connection.
async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let bounds = shared.rules.bounds;
    let mut conn = Conn::new(stream, bounds.idle);
    let began = Instant::now();
    let mut record = Record {
        shared: &shared,
        told: Told {
            entry: Entry {
                kind: Kind::Refused,
                ..Entry::default()
            },
            ..Told::default()
        },
        is_open: false,
        began,
    };
    let served = tokio::time::timeout(bounds.total, one(&shared, &mut conn, &mut record)).await;
    let denied = match served {
        Ok(Ok(())) => None,
        Ok(Err(denial)) => Some(denial),
        Err(_) => Some(Denial::new(504, "the time of the call is up")),
    };
    if let Some(denial) = &denied {
        record.deny(denial);
        // In the middle of an answer there is no room for another one.
        if !conn.has_begun {
            conn.deny(denial, record.told.wire).await;
        }
    }
    record.told.entry.received = conn.written;
}

async fn one(shared: &Shared, conn: &mut Conn, record: &mut Record<'_>) -> Result<(), Denial> {
    let arriving = tokio::time::timeout(shared.rules.bounds.arrive, conn.head(shared.port)).await;
    let head = match arriving {
        Ok(Ok(Some(head))) => head,
        // Programs open connections that they then do not need.
        Ok(Ok(None)) => return Ok(()),
        Ok(Err(denial)) => {
            record.is_open = true;
            return Err(denial);
        }
        Err(_) => {
            record.is_open = true;
            return Err(Denial::new(408, "the request did not arrive in time").closing());
        }
    };
    record.is_open = true;
    let told = &mut record.told;
    told.entry.method.clone_from(&head.method);
    told.entry.path = head.target.split('?').next().unwrap_or_default().to_owned();
    match head.method.as_str() {
        "CONNECT" => tunnel::serve(shared, conn, &head, told).await,
        _ => call::serve(shared, conn, &head, told).await,
    }
}

/// What is told of a connection, also of one that is called off.
struct Record<'a> {
    shared: &'a Shared,
    told: Told,
    is_open: bool,
    began: Instant,
}

impl Record<'_> {
    fn deny(&mut self, denial: &Denial) {
        let entry = &mut self.told.entry;
        // A call that reached its endpoint stays one.
        if entry.kind != Kind::Request {
            entry.kind = denial.kind;
        }
        entry.status = u64::from(denial.status);
        call::note(&mut self.told, &denial.message);
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let elapsed = self.began.elapsed().as_millis();
            self.shared.tell(Entry {
                elapsed: u64::try_from(elapsed).unwrap_or(u64::MAX),
                ..std::mem::take(&mut self.told.entry)
            });
        }
    }
}
