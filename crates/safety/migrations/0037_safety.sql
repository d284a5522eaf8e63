-- What each customer locked himself. A row of somebody who never locked anything is open and has no setter.
CREATE TABLE safety_locks (
    book BIGINT NOT NULL,
    person BYTES NOT NULL,
    terms TEXT NOT NULL,
    set_by TEXT,
    set_at BIGINT,
    channel TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, person)
) KEYED;

-- Wishes to loosen a lock. Each waits; one of a person at a time. Never removed.
CREATE TABLE safety_loosenings (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    terms TEXT NOT NULL,
    proof TEXT NOT NULL CHECK (proof IN ('second_factor', 'document')),
    channel TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'in_force', 'withdrawn', 'replaced')),
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX safety_loosenings_waiting ON safety_loosenings (book, person) WHERE state = 'waiting';
CREATE INDEX safety_loosenings_due ON safety_loosenings (due_at) WHERE state = 'waiting';
CREATE INDEX safety_loosenings_by_person ON safety_loosenings (book, person, id);

-- What was paid on a day under a lock with a sum for the day.
CREATE TABLE safety_uses (
    book BIGINT NOT NULL,
    instruction BYTES NOT NULL,
    person BYTES NOT NULL,
    date BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, instruction)
) KEYED;
CREATE INDEX safety_uses_by_day ON safety_uses (book, person, date);
CREATE INDEX safety_uses_by_age ON safety_uses (date);

-- Payments of elders that arrive the next day by the bank's default.
CREATE TABLE safety_coolings (
    book BIGINT NOT NULL,
    instruction BYTES NOT NULL,
    person BYTES NOT NULL,
    above_yuan BIGINT NOT NULL,
    cooled_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, instruction)
) KEYED;

-- Trusted contacts: a family tie whose member is told of delayed and stopped payments.
CREATE TABLE safety_contacts (
    book BIGINT NOT NULL,
    tie BYTES NOT NULL,
    owner BYTES NOT NULL,
    version BIGINT NOT NULL,
    named_by TEXT NOT NULL,
    named_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    accepted_version BIGINT,
    accepted_at BIGINT,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, tie)
) KEYED;
CREATE INDEX safety_contacts_by_owner ON safety_contacts (book, owner) WHERE ended_at IS NULL;

-- Payments whose payer said that they are a fraud. Never removed.
CREATE TABLE safety_reports (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    instruction BYTES NOT NULL,
    person BYTES NOT NULL,
    typology TEXT NOT NULL CHECK (typology IN ('authority', 'refund', 'investment', 'loan', 'task', 'relative', 'dating', 'health', 'other')),
    payee TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject BYTES NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    said_by TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    branch BYTES NOT NULL,
    due_at BIGINT NOT NULL,
    owner BYTES,
    taken_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('open', 'proposed', 'unfounded')),
    decided_by TEXT,
    decided_at BIGINT,
    why TEXT NOT NULL,
    approval BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX safety_reports_by_instruction ON safety_reports (instruction);
CREATE INDEX safety_reports_open ON safety_reports (due_at, id) WHERE state = 'open';

-- Lessons about fraud that were shown to a customer.
CREATE TABLE safety_lessons (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    report BYTES NOT NULL,
    typology TEXT NOT NULL,
    version BIGINT NOT NULL,
    edition TEXT NOT NULL CHECK (edition IN ('zh', 'en', 'zh_elder', 'en_elder')),
    given_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX safety_lessons_by_report ON safety_lessons (book, report, edition);
