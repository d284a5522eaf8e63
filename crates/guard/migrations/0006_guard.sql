-- Counts the changes of lists and freezes, so that an answer prepared before one is known to be stale.
CREATE TABLE guard_state (
    book BIGINT NOT NULL,
    lists_version BIGINT NOT NULL,
    freezes_version BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book)
) KEYED;

-- What a payer did lately: one bounded row.
CREATE TABLE guard_activity (
    book BIGINT NOT NULL,
    owner TEXT NOT NULL,
    currency TEXT NOT NULL,
    activity BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, owner, currency)
) KEYED;

-- One decision per instruction and round, with everything it was made from.
CREATE TABLE guard_decisions (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    instruction BYTES NOT NULL,
    round BIGINT NOT NULL,
    at BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'tip', 'verify', 'delay', 'limit', 'stop', 'held')),
    score BIGINT NOT NULL,
    delay_until BIGINT,
    reasons TEXT NOT NULL,
    rule_set TEXT NOT NULL,
    rule_hash TEXT NOT NULL,
    inputs TEXT NOT NULL,
    aggregates TEXT NOT NULL,
    path TEXT NOT NULL CHECK (path IN ('prepared', 'in_transaction', 'unavailable')),
    prepared_at BIGINT,
    lists_version BIGINT NOT NULL,
    freezes_version BIGINT NOT NULL,
    cleared_by TEXT,
    facts_hash BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX guard_decisions_by_instruction ON guard_decisions (book, instruction, round);
-- append-only: guard_decisions

-- Whom to look out for, by keyed hash.
CREATE TABLE guard_list_entries (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    list TEXT NOT NULL CHECK (list IN ('black', 'grey', 'police', 'own')),
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('owner', 'account', 'identity', 'phone')),
    subject BYTES NOT NULL,
    masked TEXT NOT NULL,
    reason TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    source TEXT NOT NULL,
    owner_staff BYTES,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    removed_by TEXT,
    removed_at BIGINT,
    removed_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX guard_list_entries_by_subject ON guard_list_entries (book, subject);
CREATE INDEX guard_list_entries_by_list ON guard_list_entries (list, id);

-- Freezes of a party, each with its basis and its end.
CREATE TABLE guard_freezes (
    book BIGINT NOT NULL,
    subject TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('stop_debits', 'all')),
    basis TEXT NOT NULL CHECK (basis IN ('police_stop', 'police_freeze', 'court', 'risk', 'customer')),
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    frozen_by TEXT NOT NULL,
    frozen_at BIGINT NOT NULL,
    released_by TEXT,
    released_at BIGINT,
    release_document TEXT,
    release_reason TEXT,
    release_approved_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, subject, number)
) KEYED;

-- Money that moved, as the engine counts it, by 64 bits of keyed hashes.
CREATE TABLE guard_seen (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    instruction BYTES NOT NULL,
    at BIGINT NOT NULL,
    what BIGINT NOT NULL,
    payer BIGINT,
    payee BIGINT,
    device BIGINT,
    phone BIGINT,
    address BIGINT,
    merchant BIGINT,
    amount BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    way BIGINT NOT NULL,
    elder BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX guard_seen_by_time ON guard_seen (at, id);
CREATE INDEX guard_seen_sign_ins ON guard_seen (at, id) WHERE what = 2;
-- append-only: guard_seen

-- What a payment turned out to be, by whoever closed the case about it.
CREATE TABLE guard_labels (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    at BIGINT NOT NULL,
    payer BIGINT NOT NULL,
    payee BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    fraud BIGINT NOT NULL CHECK (fraud IN (0, 1)),
    said_by TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX guard_labels_by_time ON guard_labels (at, id);
