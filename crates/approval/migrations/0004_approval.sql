-- What waits for a second person, and what became of it. Never removed.
CREATE TABLE approvals (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_hash BYTES NOT NULL,
    summary TEXT NOT NULL,
    amount BIGINT,
    currency TEXT NOT NULL,
    firm BYTES,
    branch BYTES,
    person BYTES,
    beneficiary TEXT,
    permission TEXT NOT NULL,
    maker TEXT NOT NULL,
    note TEXT NOT NULL,
    replaces BYTES,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    checkers BIGINT NOT NULL CHECK (checkers IN (1, 2)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'sent_back', 'cancelled', 'expired', 'executed', 'failed')),
    first_by TEXT,
    first_at BIGINT,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT NOT NULL,
    done_at BIGINT,
    outcome TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX approvals_waiting ON approvals (id) WHERE state = 'waiting';
CREATE INDEX approvals_due ON approvals (expires_at) WHERE state = 'waiting';
CREATE INDEX approvals_by_maker ON approvals (maker, id);

-- Texts of dated terms (prices, rates, products), kept by what they say until a second person agrees.
CREATE TABLE approval_drafts (
    book BIGINT NOT NULL,
    kind TEXT NOT NULL,
    hash BYTES NOT NULL,
    file TEXT NOT NULL,
    text TEXT NOT NULL,
    kept_by TEXT NOT NULL,
    kept_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, kind, hash)
) KEYED;
-- append-only: approval_drafts
