-- What the guard, a customer or an officer found odd, followed up by somebody until its end.
CREATE TABLE fraud_cases (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    subject TEXT NOT NULL,
    about TEXT NOT NULL CHECK (about IN ('loss', 'misuse', 'suspicion')),
    typology TEXT NOT NULL,
    skill TEXT NOT NULL CHECK (skill IN ('elder', 'firm', 'cash', 'network', 'general')),
    severity TEXT NOT NULL CHECK (severity IN ('grave', 'high', 'middle', 'low')),
    sensitive BIGINT NOT NULL CHECK (sensitive IN (0, 1)),
    branch BYTES NOT NULL,
    desk BYTES NOT NULL,
    alerts BIGINT NOT NULL CHECK (alerts >= 0),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'waiting', 'closed', 'merged')),
    officer BYTES,
    claimed_at BIGINT,
    worked BIGINT NOT NULL CHECK (worked >= 0),
    waits_until BIGINT,
    outcome TEXT CHECK (outcome IN ('dissuaded', 'insists', 'police', 'false_alarm', 'fraud', 'no_answer')),
    closed_by TEXT,
    closed_at BIGINT,
    closed_why TEXT NOT NULL,
    merged_into BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX fraud_cases_of ON fraud_cases (book, subject, id);
CREATE INDEX fraud_cases_due ON fraud_cases (state, due_at, id);
CREATE INDEX fraud_cases_closed ON fraud_cases (closed_at, id);

-- One row a customer, so that two alerts about him come one after the other.
CREATE TABLE fraud_case_customers (
    book BIGINT NOT NULL,
    subject TEXT NOT NULL,
    cases BIGINT NOT NULL CHECK (cases >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, subject)
) KEYED;

-- What made a case, or joined it.
CREATE TABLE fraud_case_alerts (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    of_case BYTES NOT NULL,
    reference TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('held', 'delayed', 'challenged', 'stopped', 'rule', 'report', 'counter', 'hand')),
    instruction BYTES,
    decision BYTES,
    rules TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    payee TEXT NOT NULL,
    at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX fraud_case_alerts_reference ON fraud_case_alerts (book, reference);
CREATE INDEX fraud_case_alerts_of ON fraud_case_alerts (book, of_case, id);

-- What was done in a case or with an objection, in order.
CREATE TABLE fraud_case_steps (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    of_what TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'joined', 'claimed', 'put_back', 'handed', 'waiting', 'note', 'call', 'file', 'seen', 'merged', 'secrecy', 'closed', 'decided')),
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    shown TEXT NOT NULL,
    call TEXT CHECK (call IN ('reached', 'not_reached', 'refused', 'wrong_number')),
    words BYTES NOT NULL,
    file BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX fraud_case_steps_of ON fraud_case_steps (book, of_what, id);
-- append-only but for the key of words: fraud_case_steps

-- Money that did not go.
CREATE TABLE fraud_interceptions (
    book BIGINT NOT NULL,
    alert BYTES NOT NULL,
    of_case BYTES NOT NULL,
    branch BYTES NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('called_off', 'refused', 'talked', 'frozen')),
    officer TEXT NOT NULL,
    at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, alert)
) KEYED;
CREATE INDEX fraud_interceptions_by_day ON fraud_interceptions (day, book);

-- What a customer says against a measure, or complains of.
CREATE TABLE fraud_appeals (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('objection', 'complaint')),
    instruction BYTES,
    of_case BYTES,
    urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
    words BYTES NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'lifting', 'upheld', 'dismissed')),
    decided_by TEXT,
    decided_at BIGINT,
    checked_by TEXT,
    checked_at BIGINT,
    answer BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX fraud_appeals_of ON fraud_appeals (book, subject, id);
CREATE INDEX fraud_appeals_due ON fraud_appeals (state, due_at, id);

-- Who answers at night, by branch and first day.
CREATE TABLE fraud_case_nights (
    book BIGINT NOT NULL,
    branch BYTES NOT NULL,
    from_day BIGINT NOT NULL,
    desk BYTES,
    begins BIGINT NOT NULL CHECK (begins BETWEEN 18 AND 23),
    ends BIGINT NOT NULL CHECK (ends BETWEEN 5 AND 9),
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, branch, from_day)
) KEYED;
