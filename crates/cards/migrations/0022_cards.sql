-- Cards: a number that stays through all plastics. Number encrypted under the holder's key; hash and mask beside it.
CREATE TABLE cards (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('debit', 'credit', 'social')),
    owner BYTES NOT NULL,
    account BYTES,
    branch BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('applied', 'declined', 'approved', 'produced', 'active', 'frozen', 'lost', 'closed')),
    pan BYTES NOT NULL,
    pan_index BYTES NOT NULL,
    masked TEXT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    expires BIGINT,
    limit_asked BIGINT NOT NULL CHECK (limit_asked >= 0),
    approval BYTES,
    applied_by TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    approved_by TEXT,
    approved_at BIGINT,
    stop TEXT,
    loss TEXT,
    closed_by TEXT,
    closed_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cards_by_owner ON cards (owner, id);
CREATE INDEX cards_by_account ON cards (account, id);
CREATE INDEX cards_by_pan ON cards (pan_index) WHERE state NOT IN ('applied', 'declined');

-- Every plastic a card has had.
CREATE TABLE card_plastics (
    book BIGINT NOT NULL,
    card BYTES NOT NULL,
    sequence BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ordered', 'produced', 'active', 'dead')),
    expires BIGINT NOT NULL,
    stock BYTES,
    ordered_by TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    produced_at BIGINT,
    activated_by TEXT,
    activated_at BIGINT,
    dead_at BIGINT,
    dead_why TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, card, sequence)
) KEYED;
CREATE INDEX card_plastics_ordered ON card_plastics (ordered_at, book, card) WHERE state = 'ordered';

-- Each step of a card's life, in order.
CREATE TABLE card_steps (
    book BIGINT NOT NULL,
    card BYTES NOT NULL,
    number BIGINT NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    channel TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, card, number)
) KEYED;
-- append-only: card_steps

-- Blank cards at a branch, or in a machine of it, for cards made while the customer waits.
CREATE TABLE card_stocks (
    book BIGINT NOT NULL,
    place BYTES NOT NULL,
    blank BIGINT NOT NULL CHECK (blank >= 0),
    received BIGINT NOT NULL CHECK (received >= 0),
    used BIGINT NOT NULL CHECK (used >= 0),
    spoilt BIGINT NOT NULL CHECK (spoilt >= 0),
    coming BIGINT NOT NULL CHECK (coming >= 0),
    coming_by TEXT,
    coming_at BIGINT,
    confirmed_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, place)
) KEYED;

-- Credit lines: the accounts of the ledger they are made of, and what their holder owes, item by item.
CREATE TABLE card_lines (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    owner BYTES NOT NULL,
    granted BYTES NOT NULL,
    dues BYTES NOT NULL,
    limit_minor BIGINT NOT NULL CHECK (limit_minor > 0),
    bill TEXT NOT NULL,
    seen BIGINT NOT NULL,
    from_day BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account)
) KEYED;
CREATE INDEX card_lines_open ON card_lines (from_day, book, account) WHERE closed_at IS NULL;

-- Statements as they were made.
CREATE TABLE card_statements (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    day BIGINT NOT NULL,
    due BIGINT NOT NULL,
    statement TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;
-- append-only: card_statements
