-- An account: what it is and whose. What it holds stands in balances.
CREATE TABLE accounts (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    place BIGINT NOT NULL,
    number TEXT NOT NULL,
    chart TEXT NOT NULL,
    currency TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('debit', 'credit')),
    purpose TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    limited BIGINT NOT NULL CHECK (limited IN (0, 1)),
    hot BIGINT NOT NULL CHECK (hot IN (0, 1)),
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX accounts_by_place ON accounts (book, place);
CREATE UNIQUE INDEX accounts_by_number ON accounts (number, book);
CREATE INDEX accounts_by_owner ON accounts (owner);

-- Sums per account, found by the account's place; recomputed from the journal by verify, so they carry no seal. Nothing but
-- numbers: thousands of these rows are written at once, scattered over the table, and each page costs.
CREATE TABLE balances (
    book BIGINT NOT NULL,
    place BIGINT NOT NULL,
    debits_posted BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_posted BIGINT NOT NULL CHECK (credits_posted >= 0),
    debits_pending BIGINT NOT NULL,
    credits_pending BIGINT NOT NULL,
    frozen BIGINT NOT NULL CHECK (frozen >= 0),
    flags BIGINT NOT NULL,
    head BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (book, place)
) PLAIN;

-- The balance rows of hot accounts: one for each writer lane that moved one. A hold may be made on one and end on another, so
-- what is pending on one may be below zero.
CREATE TABLE strands (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    lane BIGINT NOT NULL,
    place BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, lane)
) KEYED;
CREATE UNIQUE INDEX strands_by_place ON strands (book, place);

-- The journal: every movement, in the order of its lane, chained.
CREATE TABLE transfers (
    pos BIGINT PRIMARY KEY,
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('single', 'pending', 'post', 'void', 'expire')),
    debit BYTES NOT NULL,
    credit BYTES NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    code TEXT NOT NULL,
    reference TEXT NOT NULL,
    memo TEXT NOT NULL,
    pending BYTES,
    expires_at BIGINT,
    reverses BYTES,
    at BIGINT NOT NULL,
    business_date BIGINT NOT NULL,
    value_date BIGINT NOT NULL,
    debit_prev BIGINT NOT NULL,
    credit_prev BIGINT NOT NULL,
    debit_after BIGINT NOT NULL,
    credit_after BIGINT NOT NULL,
    hash BYTES NOT NULL
) PLAIN;
CREATE UNIQUE INDEX transfers_by_id ON transfers (book, id);
CREATE UNIQUE INDEX transfers_reversed_once ON transfers (reverses, book) WHERE reverses IS NOT NULL;
-- append-only: transfers

-- Holds that are still open, or how they ended; recomputed from the journal by verify.
CREATE TABLE pendings (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    debit BYTES NOT NULL,
    credit BYTES NOT NULL,
    amount BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended TEXT CHECK (ended IN ('post', 'void', 'expire')),
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX pendings_due ON pendings (expires_at, id) WHERE ended IS NULL;
CREATE INDEX pendings_of_debit ON pendings (debit) WHERE ended IS NULL;
CREATE INDEX pendings_of_credit ON pendings (credit) WHERE ended IS NULL;

-- Whom a restricted account may pay.
CREATE TABLE payee_grants (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    payee BYTES NOT NULL,
    basis TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, payee)
) KEYED;

-- Freezes and stops: who, when, on what basis, until when, in which order.
CREATE TABLE restrictions (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    queued BIGINT NOT NULL CHECK (queued IN (0, 1)),
    basis TEXT NOT NULL,
    document TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT,
    lifted_by TEXT,
    lifted_at BIGINT,
    lifted_why TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;
CREATE INDEX restrictions_due ON restrictions (until) WHERE lifted_at IS NULL AND until IS NOT NULL;

-- Where each account that moved on a day stood at its end: a past balance is found without walking further than a day. A hot
-- account has a row for each strand (its lane + 1), the others have strand 0.
CREATE TABLE account_days (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    strand BIGINT NOT NULL,
    date BIGINT NOT NULL,
    net BIGINT NOT NULL,
    head BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (book, account, strand, date)
) KEYED;

-- Days that were closed: their trial balance and the signed root over it and everything chained until then.
CREATE TABLE closed_days (
    date BIGINT PRIMARY KEY,
    closed_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL,
    trial_balance TEXT NOT NULL,
    heads TEXT NOT NULL,
    root BYTES NOT NULL,
    signature BYTES NOT NULL,
    seal BYTES NOT NULL
) PLAIN;
