-- Sets of rules against fraud: drafts, agreed sets with their first day, dropped ones.
CREATE TABLE guard_rule_sets (
    book BIGINT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    based_on BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'agreed', 'dropped')),
    hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    from_day BIGINT,
    trial BIGINT,
    asked_by TEXT,
    agreed_by TEXT,
    agreed_at BIGINT,
    dropped_by TEXT,
    dropped_at BIGINT,
    dropped_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, number)
) KEYED;
CREATE INDEX guard_rule_sets_agreed ON guard_rule_sets (book, from_day, agreed_at) WHERE state = 'agreed';
CREATE INDEX guard_rule_sets_open ON guard_rule_sets (book, number) WHERE state = 'draft';

-- The files of a set.
CREATE TABLE guard_rule_texts (
    book BIGINT NOT NULL,
    number BIGINT NOT NULL,
    file TEXT NOT NULL,
    text TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, number, file)
) KEYED;

-- What a set would have done in the past, beside the set in force.
CREATE TABLE guard_rule_trials (
    book BIGINT NOT NULL,
    number BIGINT NOT NULL,
    trial BIGINT NOT NULL,
    set_hash TEXT NOT NULL,
    against BIGINT NOT NULL,
    against_hash TEXT NOT NULL,
    from_day BIGINT NOT NULL,
    to_day BIGINT NOT NULL,
    payments BIGINT NOT NULL,
    cut BIGINT NOT NULL CHECK (cut IN (0, 1)),
    report TEXT NOT NULL,
    report_hash TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, number, trial)
) KEYED;
-- append-only: guard_rule_trials

-- First decisions in the order of time, and those on which a rule spoke up.
CREATE INDEX guard_decisions_first ON guard_decisions (at, id) WHERE round = 0;
CREATE INDEX guard_decisions_hit ON guard_decisions (at, id) WHERE round = 0 AND reasons <> '[]';
