-- A talk at a counter before money is paid, and what came of it.
CREATE TABLE fraud_talks (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    subject TEXT NOT NULL,
    branch BYTES NOT NULL,
    day BIGINT NOT NULL,
    deed TEXT NOT NULL CHECK (deed IN ('cash_out', 'transfer', 'deposit_broken')),
    account BYTES NOT NULL,
    payee TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    asked BYTES NOT NULL,
    rules TEXT NOT NULL,
    age BIGINT,
    typology TEXT NOT NULL,
    script BIGINT NOT NULL CHECK (script > 0),
    teller TEXT NOT NULL,
    at BIGINT NOT NULL,
    manager_called_at BIGINT,
    police_called_at BIGINT,
    outcome TEXT CHECK (outcome IN ('dissuaded', 'insists', 'police')),
    ended_by TEXT,
    ended_at BIGINT,
    words BYTES NOT NULL,
    of_case BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX fraud_talks_asked ON fraud_talks (book, asked, id);
CREATE INDEX fraud_talks_at ON fraud_talks (branch, id);
CREATE INDEX fraud_talks_days ON fraud_talks (branch, day, id);
