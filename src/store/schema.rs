//! The tables, as the steps that lead to them. A step that was once released never changes.

/// The version of the schema: the number of steps.
pub const VERSION: i64 = STEPS.len() as i64;

/// The steps from an empty file on.
pub const STEPS: &[&str] = &[FIRST, ROUNDS];

/// Amounts are in billionths of a dollar, moments in milliseconds since 1970.
const FIRST: &str = "
-- One row for each call to a model. `state`: 0 reserved, 1 settled.
CREATE TABLE spend (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    day TEXT NOT NULL,
    run TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    agent TEXT NOT NULL,
    stage TEXT NOT NULL,
    state INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    guessed INTEGER NOT NULL DEFAULT 0,
    input INTEGER NOT NULL DEFAULT 0,
    cache_read INTEGER NOT NULL DEFAULT 0,
    cache_write INTEGER NOT NULL DEFAULT 0,
    cache_write_long INTEGER NOT NULL DEFAULT 0,
    output INTEGER NOT NULL DEFAULT 0,
    thinking INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX spend_day ON spend (day);
-- What counts against each limit: settled and reserved amounts of a run, a day or a month.
CREATE TABLE total (scope TEXT PRIMARY KEY, day TEXT NOT NULL, amount INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE taken (
    bucket TEXT NOT NULL,
    slot INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (bucket, slot)
) WITHOUT ROWID;
CREATE TABLE drained (bucket TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE breaker (
    endpoint TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    open_until INTEGER NOT NULL,
    probe_until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE flight (id INTEGER PRIMARY KEY, slot TEXT NOT NULL, lapses INTEGER NOT NULL);
CREATE INDEX flight_slot ON flight (slot);

CREATE TABLE rotation (ring TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    used INTEGER NOT NULL,
    size INTEGER NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX answer_used ON answer (used, size);

CREATE TABLE outcome (
    key TEXT PRIMARY KEY,
    calls INTEGER NOT NULL,
    success REAL NOT NULL,
    latency REAL NOT NULL,
    cost REAL NOT NULL,
    found REAL NOT NULL,
    upheld REAL NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE calibration (
    family TEXT NOT NULL,
    repository TEXT NOT NULL,
    factor REAL NOT NULL,
    PRIMARY KEY (family, repository)
) WITHOUT ROWID;

-- The last values of a series, in the order of `id`.
CREATE TABLE sample (id INTEGER PRIMARY KEY, series TEXT NOT NULL, value INTEGER NOT NULL);
CREATE INDEX sample_series ON sample (series, id);
";

/// What was reviewed on the way from one base to a push, in order.
const ROUNDS: &str = "
CREATE TABLE round (
    way TEXT NOT NULL,
    number INTEGER NOT NULL,
    tree TEXT NOT NULL,
    at INTEGER NOT NULL,
    lines BLOB NOT NULL,
    findings BLOB NOT NULL,
    PRIMARY KEY (way, number)
) WITHOUT ROWID;
CREATE INDEX round_at ON round (at);
";
