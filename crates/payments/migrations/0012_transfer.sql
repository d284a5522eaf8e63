-- A payment that is to arrive later than at once; until is empty while somebody else is still to decide.
CREATE TABLE payment_waits (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    arrival TEXT NOT NULL CHECK (arrival IN ('two_hours', 'next_day')),
    until BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
-- Whom somebody pays. Name, number and nickname are encrypted; the hash finds a number again, the mask is for people.
CREATE TABLE payees (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    owner TEXT NOT NULL,
    bank TEXT NOT NULL,
    number_index BYTES NOT NULL,
    number BYTES NOT NULL,
    name BYTES NOT NULL,
    nickname BYTES NOT NULL,
    masked TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    times_paid BIGINT NOT NULL CHECK (times_paid >= 0),
    last_paid_at BIGINT,
    last_amount BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX payees_by_number ON payees (book, owner, number_index);
