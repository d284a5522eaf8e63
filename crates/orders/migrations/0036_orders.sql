-- What an authority ordered the bank to do with a customer's money (有权机关协助查控), from its document to its end.
CREATE TABLE authority_orders (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    subject TEXT NOT NULL,
    account BYTES,
    kind TEXT NOT NULL CHECK (kind IN ('stop', 'freeze', 'query', 'deduct', 'return', 'renew', 'release')),
    authority TEXT NOT NULL,
    authority_name TEXT NOT NULL,
    document TEXT NOT NULL,
    basis TEXT NOT NULL,
    officers BYTES NOT NULL,
    officers_shown TEXT NOT NULL,
    evidence BYTES,
    evidence_name TEXT NOT NULL,
    amount BIGINT CHECK (amount > 0),
    currency TEXT NOT NULL,
    keep BIGINT CHECK (keep >= 0),
    payee BYTES,
    payee_shown TEXT NOT NULL,
    target BYTES,
    grave BIGINT NOT NULL CHECK (grave IN (0, 1)),
    silent BIGINT NOT NULL CHECK (silent IN (0, 1)),
    term_days BIGINT NOT NULL CHECK (term_days >= 0),
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('entered', 'in_force', 'waiting', 'done', 'refused', 'lapsed', 'released', 'expired')),
    entered_by TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    approval BYTES NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decided_why TEXT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 0),
    placed_at BIGINT,
    confirm_by BIGINT,
    until BIGINT,
    renewals BIGINT NOT NULL CHECK (renewals >= 0),
    taken BIGINT NOT NULL CHECK (taken >= 0),
    freeze_number BIGINT,
    instruction BYTES,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX authority_orders_of ON authority_orders (book, subject, id);
CREATE INDEX authority_orders_open ON authority_orders (state, id);
CREATE INDEX authority_orders_due ON authority_orders (until) WHERE state = 'in_force';

-- Orders on one party take their places one after the other.
CREATE TABLE authority_queues (
    book BIGINT NOT NULL,
    subject TEXT NOT NULL,
    places BIGINT NOT NULL CHECK (places >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, subject)
) KEYED;

-- Who looked at what under an order, and what was handed out.
CREATE TABLE authority_looks (
    book BIGINT NOT NULL,
    of_order BYTES NOT NULL,
    number BIGINT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('accounts', 'movements', 'file', 'officers', 'again')),
    account BYTES,
    from_day BIGINT,
    to_day BIGINT,
    rows BIGINT NOT NULL CHECK (rows >= 0),
    answer BYTES,
    looked_by TEXT NOT NULL,
    looked_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, of_order, number)
) KEYED;
