-- What a project must put aside as a guarantee for wages (工资保证金), and until when.
CREATE TABLE guarantee_duties (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    contractor BYTES NOT NULL,
    region TEXT NOT NULL,
    asked TEXT NOT NULL,
    rate TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    why TEXT NOT NULL,
    certain BIGINT NOT NULL CHECK (certain IN (0, 1)),
    counts_from BIGINT NOT NULL,
    due_on BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    met_at BIGINT,
    late_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project)
) KEYED;

-- A deposit or a bank's letter that stands for it.
CREATE TABLE guarantees (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    contractor BYTES NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('cash', 'letter')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    account BYTES,
    issuer TEXT NOT NULL,
    letter TEXT NOT NULL,
    valid_from BIGINT,
    valid_until BIGINT,
    evidence BYTES NOT NULL,
    terms BIGINT NOT NULL,
    called BIGINT NOT NULL CHECK (called >= 0),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    told_until BIGINT,
    returned BIGINT NOT NULL CHECK (returned >= 0),
    returned_to BYTES,
    instruction BYTES,
    ended TEXT CHECK (ended IN ('returned', 'given_back', 'never_paid')),
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX guarantees_by_project ON guarantees (book, project, id);
CREATE INDEX guarantees_open ON guarantees (book, id) WHERE ended_at IS NULL;

-- What a bank's letter said when it was taken in and each time it was renewed.
CREATE TABLE guarantee_letters (
    book BIGINT NOT NULL,
    guarantee BYTES NOT NULL,
    number BIGINT NOT NULL,
    letter TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    evidence BYTES NOT NULL,
    taken_by TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, guarantee, number)
) KEYED;

-- A labour bureau's notice to pay wages out of a guarantee.
CREATE TABLE guarantee_notices (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    guarantee BYTES NOT NULL,
    bureau BYTES,
    bureau_name TEXT NOT NULL,
    number TEXT NOT NULL,
    officer TEXT NOT NULL,
    basis TEXT NOT NULL,
    issued_on BIGINT NOT NULL,
    settle_order TEXT NOT NULL,
    settle_ordered_on BIGINT NOT NULL,
    default_proof TEXT NOT NULL,
    defaulted_on BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    workers TEXT NOT NULL,
    sheet BYTES,
    state TEXT NOT NULL CHECK (state IN ('received', 'asked', 'called', 'paid', 'refused', 'settled')),
    received_by TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    pay_by BIGINT NOT NULL,
    asked_by TEXT,
    asked_at BIGINT,
    approval BYTES,
    decided_by TEXT,
    decided_at BIGINT,
    decided_why TEXT NOT NULL,
    claim TEXT NOT NULL,
    paid BIGINT NOT NULL CHECK (paid >= 0 AND paid <= amount),
    paid_at BIGINT,
    instruction BYTES,
    late_at BIGINT,
    refill_by BIGINT,
    came_back BIGINT NOT NULL CHECK (came_back >= 0 AND came_back <= paid),
    refilled_at BIGINT,
    refill_late_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX guarantee_notices_once ON guarantee_notices (book, guarantee, bureau_name, number);
CREATE INDEX guarantee_notices_by_project ON guarantee_notices (book, project, id);
CREATE INDEX guarantee_notices_open ON guarantee_notices (book, id) WHERE state <> 'refused' AND refilled_at IS NULL;
