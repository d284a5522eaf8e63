-- Items that their holders dispute, and what came of it.
CREATE TABLE card_disputes (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    item BIGINT NOT NULL CHECK (item >= 1),
    posted BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    merchant TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    proposed TEXT CHECK (proposed IN ('for_holder', 'for_bank')),
    proposed_by TEXT,
    proposed_at BIGINT,
    approval BYTES,
    decided TEXT CHECK (decided IN ('for_holder', 'for_bank')),
    decided_by TEXT,
    decided_at BIGINT,
    given_back BIGINT NOT NULL CHECK (given_back >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, item)
) KEYED;

-- What merchants gave back of a purchase, by the scheme's own reference.
CREATE TABLE card_refunds (
    book BIGINT NOT NULL,
    purchase BYTES NOT NULL,
    reference TEXT NOT NULL,
    account BYTES NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    transfer BYTES NOT NULL,
    at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, purchase, reference)
) KEYED;
-- append-only: card_refunds

-- PINs, as the security module seals them, and how often a wrong one was tried.
CREATE TABLE card_pins (
    book BIGINT NOT NULL,
    card BYTES NOT NULL,
    sealed TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    wrong BIGINT NOT NULL CHECK (wrong >= 0),
    locked_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, card)
) KEYED;
