-- Products in versions. A version never changes; a later one takes its place.
CREATE TABLE deposit_products (
    book BIGINT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('demand', 'term', 'notice', 'certificate')),
    currency TEXT NOT NULL,
    terms TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    effective_from BIGINT NOT NULL,
    document TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, code, version)
) KEYED;
-- append-only: deposit_products

-- Rates, each from its day until the next one's.
CREATE TABLE deposit_rates (
    book BIGINT NOT NULL,
    product TEXT NOT NULL,
    term TEXT NOT NULL,
    effective_from BIGINT NOT NULL,
    rate BIGINT NOT NULL CHECK (rate >= 0 AND rate < 1000000),
    document TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, product, term, effective_from)
) KEYED;
-- append-only: deposit_rates

-- Contracts for a term or with notice; each is an account of the ledger.
CREATE TABLE deposits (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    owner TEXT NOT NULL,
    linked BYTES NOT NULL,
    product TEXT NOT NULL,
    version BIGINT NOT NULL,
    term TEXT NOT NULL,
    currency TEXT NOT NULL,
    opened_principal BIGINT NOT NULL CHECK (opened_principal > 0),
    principal BIGINT NOT NULL CHECK (principal >= 0),
    rate BIGINT NOT NULL,
    began BIGINT NOT NULL,
    matures BIGINT,
    rollover TEXT NOT NULL CHECK (rollover IN ('none', 'principal', 'principal_and_interest')),
    round BIGINT NOT NULL,
    draws BIGINT NOT NULL,
    idle BIGINT NOT NULL CHECK (idle >= 0),
    paid BIGINT NOT NULL CHECK (paid >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'overdue', 'closed')),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_by TEXT,
    closed_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account)
) KEYED;
CREATE INDEX deposits_by_owner ON deposits (owner, account);
CREATE INDEX deposits_due ON deposits (matures, book, account) WHERE state <> 'closed' AND matures IS NOT NULL;

-- What became of a contract: each payment of interest, draw, rollover, in order.
CREATE TABLE deposit_events (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'drawn', 'rolled', 'matured', 'closed')),
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    interest BIGINT NOT NULL CHECK (interest >= 0),
    tax BIGINT NOT NULL CHECK (tax >= 0),
    lost BIGINT NOT NULL,
    rate BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;
-- append-only: deposit_events

-- Notice that an amount will be drawn.
CREATE TABLE deposit_notices (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    given_on BIGINT NOT NULL,
    due_on BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('standing', 'used', 'cancelled', 'lapsed')),
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;

-- What accounts have earned: some hundred lines a row, by account id.
CREATE TABLE deposit_pages (
    book BIGINT NOT NULL,
    first BYTES NOT NULL,
    lines BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, first)
) KEYED;

-- Their sums by product, and what of them stands in the ledger.
CREATE TABLE deposit_sums (
    book BIGINT NOT NULL,
    product BIGINT NOT NULL,
    currency TEXT NOT NULL,
    grains BYTES NOT NULL,
    payable BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, product, currency)
) KEYED;

-- The nights: how far the work after each closed day is.
CREATE TABLE deposit_nights (
    day BIGINT NOT NULL,
    next BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('accrue', 'post', 'pay', 'mature', 'done')),
    book BIGINT NOT NULL,
    after BYTES,
    accounts BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    interest BIGINT NOT NULL,
    matured BIGINT NOT NULL,
    slept BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (day)
) KEYED;
CREATE INDEX deposit_nights_open ON deposit_nights (day) WHERE step <> 'done';

-- Passbooks, and how far each is printed.
CREATE TABLE deposit_passbooks (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    voucher TEXT NOT NULL,
    printed_to BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    lines BIGINT NOT NULL CHECK (lines >= 0),
    issued_by TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;
CREATE UNIQUE INDEX deposit_passbooks_by_voucher ON deposit_passbooks (voucher, book);

-- Certificates that a deposit is there; each holds its amount until its last day.
CREATE TABLE deposit_proofs (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    account BYTES NOT NULL,
    owner TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    from_day BIGINT NOT NULL,
    until_day BIGINT NOT NULL,
    copies BIGINT NOT NULL CHECK (copies > 0),
    restriction BIGINT NOT NULL,
    issued_by TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX deposit_proofs_by_account ON deposit_proofs (book, account, id);
