-- The end of a site: completion, pledge, public notice, closing (Decree 724, art. 27).
CREATE TABLE worksite_ends (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    completed_on BIGINT,
    completion_document TEXT NOT NULL,
    completed_by TEXT,
    completed_at BIGINT,
    pledge_document TEXT NOT NULL,
    pledged_by TEXT,
    pledged_at BIGINT,
    notice_text TEXT NOT NULL,
    notice_from BIGINT,
    notice_until BIGINT,
    noticed_by TEXT,
    noticed_at BIGINT,
    objections BIGINT NOT NULL,
    asked_by TEXT,
    approval BYTES,
    pay_to BYTES,
    balance BIGINT NOT NULL CHECK (balance >= 0),
    instruction BYTES,
    closed_by TEXT,
    closed_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project)
) KEYED;

-- Somebody says during the notice that he is still owed.
CREATE TABLE worksite_objections (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    number BIGINT NOT NULL,
    person BYTES,
    text TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, number)
) KEYED;

-- What keeps a site from its end: a case of arrears, an arbitration.
CREATE TABLE worksite_blocks (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    why TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_at BIGINT,
    lifted_why TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, kind, reference)
) KEYED;

-- Accounts that the law protects beside the wage account: the guarantee deposits of a project.
CREATE TABLE worksite_protected (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    project BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account)
) KEYED;
CREATE INDEX worksite_protected_by_project ON worksite_protected (book, project);

-- A legal document on a protected account (Decree 724, art. 33).
CREATE TABLE worksite_orders (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    account BYTES NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('freeze', 'deduct')),
    authority TEXT NOT NULL,
    document TEXT NOT NULL,
    officer TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('these_wages', 'other_law')),
    article TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    until BIGINT,
    pay_to BYTES,
    evidence BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'in_force', 'deducted', 'refused', 'lifted')),
    entered_by TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    approval BYTES NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decided_why TEXT NOT NULL,
    restriction BIGINT,
    instruction BYTES,
    lifted_by TEXT,
    lifted_at BIGINT,
    lift_document TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX worksite_orders_once ON worksite_orders (book, account, action, document) WHERE state IN ('waiting', 'in_force', 'deducted');
CREATE INDEX worksite_orders_by_project ON worksite_orders (book, project, id);
