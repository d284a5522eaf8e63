-- A crew of a site: a subcontractor's team, or one of the main contractor's own (firm NULL).
CREATE TABLE crews (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES,
    team TEXT NOT NULL,
    contact TEXT NOT NULL,
    contract TEXT NOT NULL,
    from_on BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    ended_on BIGINT,
    ended_by TEXT,
    ended_at BIGINT,
    ended_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX crews_by_team ON crews (book, project, team) WHERE ended_at IS NULL;
CREATE INDEX crews_by_project ON crews (book, project, id);
CREATE INDEX crews_by_firm ON crews (firm, id);

-- A worker's month: half hours of each of 31 days, and the half days they make.
CREATE TABLE crews_months (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    period TEXT NOT NULL,
    worker BYTES NOT NULL,
    team TEXT NOT NULL,
    days BYTES NOT NULL,
    half_days BIGINT NOT NULL CHECK (half_days BETWEEN 0 AND 124),
    source TEXT NOT NULL CHECK (source IN ('gate', 'table', 'totals', 'program', 'correction')),
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, period, worker)
) KEYED;
CREATE INDEX crews_months_by_team ON crews_months (book, project, period, team, worker);

-- Heads on the site by day.
CREATE TABLE crews_days (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    day BIGINT NOT NULL,
    present BIGINT NOT NULL CHECK (present >= 0),
    strangers BIGINT NOT NULL CHECK (strangers >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, day)
) KEYED;

-- Somebody at the gate who is on no roster of the site, by month.
CREATE TABLE crews_strangers (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    period TEXT NOT NULL,
    identity_index BYTES NOT NULL,
    name_masked TEXT NOT NULL,
    identity_masked TEXT NOT NULL,
    days BYTES NOT NULL,
    first_on BIGINT NOT NULL,
    last_on BIGINT NOT NULL,
    days_seen BIGINT NOT NULL CHECK (days_seen BETWEEN 1 AND 31),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, period, identity_index)
) KEYED;

-- A file of attendance, and what came of it.
CREATE TABLE crews_imports (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    period TEXT NOT NULL,
    crew BYTES,
    file_name TEXT NOT NULL,
    file_hash BYTES NOT NULL,
    file_bytes BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('read', 'accepted', 'rejected')),
    rows_read BIGINT NOT NULL,
    people BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    already BIGINT NOT NULL,
    strangers BIGINT NOT NULL,
    faults BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    accepted_by TEXT,
    accepted_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX crews_imports_by_file ON crews_imports (book, project, period, file_hash);
CREATE INDEX crews_imports_by_project ON crews_imports (book, project, id);

-- The labour officer's review of a crew's month; a correction opens it again and the next review has the next number.
CREATE TABLE crews_reviews (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    period TEXT NOT NULL,
    crew BYTES NOT NULL,
    number BIGINT NOT NULL,
    team TEXT NOT NULL,
    months_hash BYTES NOT NULL,
    workers BIGINT NOT NULL,
    half_days BIGINT NOT NULL,
    note TEXT NOT NULL,
    reviewed_by TEXT NOT NULL,
    reviewed_at BIGINT NOT NULL,
    opened_by TEXT,
    opened_at BIGINT,
    opened_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, period, crew, number)
) KEYED;

-- The way of a pay sheet under site rules: drafted for a crew, shown to the workers, given to the main contractor.
CREATE TABLE crews_sheets (
    book BIGINT NOT NULL,
    sheet BYTES NOT NULL,
    project BYTES NOT NULL,
    crew BYTES,
    taken_by TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    asked_by TEXT,
    asked_at BIGINT,
    submitted_by TEXT,
    submitted_at BIGINT,
    returned_by TEXT,
    returned_at BIGINT,
    returned_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, sheet)
) KEYED;
CREATE INDEX crews_sheets_by_crew ON crews_sheets (book, crew, sheet);
CREATE INDEX crews_sheets_by_project ON crews_sheets (book, project, sheet);

-- For which crew a file of a pay sheet was sent.
CREATE TABLE crews_sent (
    book BIGINT NOT NULL,
    import BYTES NOT NULL,
    crew BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, import)
) KEYED;

-- A worker's word that a line of his is right: by himself, or on paper once that was checked.
CREATE TABLE crews_signatures (
    book BIGINT NOT NULL,
    line BYTES NOT NULL,
    sheet BYTES NOT NULL,
    number BIGINT NOT NULL,
    worker BYTES NOT NULL,
    person BYTES NOT NULL,
    line_hash BYTES NOT NULL,
    channel TEXT NOT NULL,
    signed_by TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    paper BYTES,
    checked_by TEXT,
    checked_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, line)
) KEYED;
CREATE INDEX crews_signatures_by_sheet ON crews_signatures (book, sheet, number);

-- A sheet of signatures on paper, scanned; the file lies with the files of wages under its hash.
CREATE TABLE crews_papers (
    book BIGINT NOT NULL,
    sheet BYTES NOT NULL,
    file_hash BYTES NOT NULL,
    file_name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png')),
    file_bytes BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    sent_by TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    checked_by TEXT,
    checked_at BIGINT,
    refused_by TEXT,
    refused_at BIGINT,
    refused_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, sheet, file_hash)
) KEYED;
CREATE INDEX crews_papers_by_file ON crews_papers (book, file_hash);

-- Why a line goes on without a signature, or with more days than were attended.
CREATE TABLE crews_reasons (
    book BIGINT NOT NULL,
    line BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('not_reachable', 'days_above')),
    sheet BYTES NOT NULL,
    number BIGINT NOT NULL,
    line_hash BYTES NOT NULL,
    reason TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, line, kind)
) KEYED;
CREATE INDEX crews_reasons_by_sheet ON crews_reasons (book, sheet, number);

-- What a worker says is wrong with his line, and what was answered.
CREATE TABLE crews_objections (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    line BYTES NOT NULL,
    sheet BYTES NOT NULL,
    number BIGINT NOT NULL,
    project BYTES NOT NULL,
    crew BYTES,
    worker BYTES NOT NULL,
    person BYTES NOT NULL,
    line_hash BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('days', 'rate', 'overtime', 'deduction', 'other')),
    said BYTES NOT NULL,
    claimed_amount BIGINT,
    claimed_half_days BIGINT,
    channel TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer TEXT CHECK (answer IN ('corrected', 'kept')),
    answer_text TEXT,
    answered_by TEXT,
    answered_at BIGINT,
    taken_further_at BIGINT,
    further_code BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX crews_objections_once ON crews_objections (book, line);
CREATE INDEX crews_objections_by_sheet ON crews_objections (book, sheet, number);
CREATE INDEX crews_objections_open ON crews_objections (book, project, id) WHERE answered_at IS NULL;
