-- Reports to the centre against money laundering: of large sums, and of suspicion.
CREATE TABLE reports (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('cash', 'transfer', 'suspicion')),
    subject TEXT NOT NULL,
    day BIGINT NOT NULL,
    way TEXT CHECK (way IN ('in', 'out')),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    movements BIGINT NOT NULL CHECK (movements >= 0),
    threshold BIGINT NOT NULL CHECK (threshold >= 0),
    lines TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 0),
    act TEXT NOT NULL CHECK (act IN ('new', 'correction', 'withdrawal')),
    corrects BYTES,
    of_case BYTES,
    typology TEXT NOT NULL,
    words BYTES NOT NULL,
    branch BYTES NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_on BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'reviewed', 'released', 'sent', 'left_out')),
    verdict TEXT CHECK (verdict IN ('send', 'leave_out')),
    reviewed_by TEXT,
    reviewed_at BIGINT,
    note BYTES NOT NULL,
    agreed_by TEXT,
    agreed_at BIGINT,
    file BYTES,
    sent_at BIGINT,
    receipt TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
-- One report of a customer, a day, a side and a kind, and its corrections by number; suspicions are not so bound.
CREATE UNIQUE INDEX reports_once ON reports (book, subject, day, kind, way, currency, number) WHERE kind <> 'suspicion';
CREATE INDEX reports_of ON reports (book, subject, id);
CREATE INDEX reports_corrected ON reports (book, corrects) WHERE corrects IS NOT NULL;
CREATE INDEX reports_open ON reports (kind, due_on, id) WHERE state IN ('open', 'reviewed');
CREATE INDEX reports_to_send ON reports (book, id) WHERE state = 'released';
CREATE INDEX reports_by_kind ON reports (kind, id);

-- Days that were looked through.
CREATE TABLE report_days (
    day BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    looked_at BIGINT NOT NULL CHECK (looked_at >= 0),
    reports BIGINT NOT NULL CHECK (reports >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (day)
) KEYED;

-- What was counted of a day at a branch: decisions of the guard by step, accounts opened, closed and limited.
CREATE TABLE report_counts (
    book BIGINT NOT NULL,
    day BIGINT NOT NULL,
    what TEXT NOT NULL,
    code TEXT NOT NULL,
    counted BIGINT NOT NULL CHECK (counted >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, day, what, code)
) KEYED;
