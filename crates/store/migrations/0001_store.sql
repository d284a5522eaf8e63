-- What every writer owns: its lane, its chains' ends, its accumulators.
CREATE TABLE lanes (
    lane BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    events BIGINT NOT NULL,
    seal BYTES NOT NULL
) PLAIN;

CREATE TABLE chain_heads (
    lane BIGINT NOT NULL,
    chain TEXT NOT NULL CHECK (chain IN ('journal', 'audit')),
    seq BIGINT NOT NULL,
    hash BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (lane, chain)
) KEYED;

CREATE TABLE accumulators (
    lane BIGINT NOT NULL,
    table_name TEXT NOT NULL,
    rows BIGINT NOT NULL,
    sum BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (lane, table_name)
) KEYED;

-- Who did what, from where, with which result: refusals and looks at personal data included. Masked text only.
CREATE TABLE audit (
    pos BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    business_date BIGINT NOT NULL,
    principal TEXT NOT NULL,
    on_behalf TEXT NOT NULL,
    roles TEXT NOT NULL,
    branch TEXT NOT NULL,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    session TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL,
    approval TEXT NOT NULL,
    decision TEXT NOT NULL,
    correlation TEXT NOT NULL,
    result TEXT NOT NULL,
    hash BYTES NOT NULL
) PLAIN;
CREATE INDEX audit_by_object ON audit (object, pos);
-- append-only: audit

-- What happened, for whoever must hear of it; written with the change, delivered at least once.
CREATE TABLE outbox (
    pos BIGINT PRIMARY KEY,
    id BYTES NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    payload TEXT NOT NULL,
    correlation TEXT NOT NULL,
    seal BYTES NOT NULL
) PLAIN;

CREATE TABLE outbox_cursors (
    consumer TEXT NOT NULL,
    lane BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    PRIMARY KEY (consumer, lane)
) KEYED;

CREATE TABLE outbox_parked (
    consumer TEXT NOT NULL,
    pos BIGINT NOT NULL,
    aggregate TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (consumer, pos)
) KEYED;

-- Answers already given, by principal and key, so that asking twice does once.
CREATE TABLE idempotency (
    book BIGINT NOT NULL,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request BYTES NOT NULL,
    at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, principal, key)
) KEYED;

-- That answers and events were taken away after their time: how many, and the hash of their seals.
CREATE TABLE prunings (
    pruned TEXT NOT NULL,
    lane BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    before BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    seals BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (pruned, lane, number)
) KEYED;

-- The open business day: one row.
CREATE TABLE business_day (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    date BIGINT NOT NULL,
    since BIGINT NOT NULL,
    seal BYTES NOT NULL
) PLAIN;
