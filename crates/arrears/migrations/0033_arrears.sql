-- When a project is looked at again: at once when something happened, or when time alone changes what is found. A list of work,
-- no record: whatever it says, another look finds the same.
CREATE TABLE arrears_looks (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    site_at BIGINT NOT NULL,
    people_at BIGINT NOT NULL,
    look_at BIGINT NOT NULL,
    PRIMARY KEY (book, project)
) PLAIN;
CREATE INDEX arrears_looks_due ON arrears_looks (look_at, project);

-- Whose wages go to an account, over all projects: one row for each account and person.
CREATE TABLE arrears_cards (
    account_index BYTES NOT NULL,
    identity_index BYTES NOT NULL,
    project BYTES NOT NULL,
    name_masked TEXT NOT NULL,
    account_masked TEXT NOT NULL,
    PRIMARY KEY (account_index, identity_index, project)
) PLAIN;
CREATE INDEX arrears_cards_by_project ON arrears_cards (project);

-- A warning of the wage board. One of a kind, project and matter is open at a time.
CREATE TABLE arrears_warnings (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('severe', 'high', 'middle')),
    step TEXT NOT NULL CHECK (step IN ('contractor', 'officer', 'manager', 'bureau')),
    next_at BIGINT,
    size BIGINT NOT NULL,
    figures TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'acting', 'cleared', 'dismissed')),
    acting_by TEXT,
    acting_at BIGINT,
    acting_note TEXT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT NOT NULL,
    case_id BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX arrears_warnings_once ON arrears_warnings (book, project, kind, about) WHERE state IN ('open', 'acting');
CREATE INDEX arrears_warnings_by_project ON arrears_warnings (book, project, id);
CREATE INDEX arrears_warnings_open ON arrears_warnings (book, severity, id) WHERE state IN ('open', 'acting');
CREATE INDEX arrears_warnings_by_region ON arrears_warnings (region, opened_at);

-- What a dismissal lets pass, until when and up to which size.
CREATE TABLE arrears_exceptions (
    book BIGINT NOT NULL,
    warning BYTES NOT NULL,
    project BYTES NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    until BIGINT NOT NULL,
    size BIGINT NOT NULL,
    worse_percent BIGINT NOT NULL CHECK (worse_percent >= 0),
    lasting BIGINT NOT NULL CHECK (lasting IN (0, 1)),
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    checked_by TEXT,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, warning)
) KEYED;
CREATE INDEX arrears_exceptions_by_project ON arrears_exceptions (book, project, until);

-- A project in one row, for boards.
CREATE TABLE arrears_summaries (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    firm_name TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    severe BIGINT NOT NULL,
    high BIGINT NOT NULL,
    middle BIGINT NOT NULL,
    cases BIGINT NOT NULL,
    owed BIGINT NOT NULL,
    workers BIGINT NOT NULL,
    next_pay_on BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project)
) KEYED;
CREATE INDEX arrears_summaries_by_region ON arrears_summaries (region, severe, high, project);
CREATE INDEX arrears_summaries_by_severity ON arrears_summaries (book, severe, high, middle, project);
CREATE INDEX arrears_summaries_by_firm ON arrears_summaries (book, firm, project);

-- A case of wages in arrears.
CREATE TABLE arrears_cases (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    contractor BYTES NOT NULL,
    region TEXT NOT NULL,
    about TEXT NOT NULL,
    complaint BYTES,
    state TEXT NOT NULL CHECK (state IN ('open', 'told', 'reported', 'ordered', 'defaulted', 'noticed', 'paid', 'closed')),
    step TEXT NOT NULL CHECK (step IN ('contractor', 'officer', 'manager', 'bureau')),
    next_at BIGINT,
    workers BIGINT NOT NULL,
    owed BIGINT NOT NULL CHECK (owed >= 0),
    paid BIGINT NOT NULL CHECK (paid >= 0 AND paid <= owed),
    works_money_left BIGINT CHECK (works_money_left >= 0),
    subcontractor TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    told_by TEXT,
    told_at BIGINT,
    report_number TEXT NOT NULL,
    reported_by TEXT,
    reported_at BIGINT,
    order_number TEXT NOT NULL,
    order_due_on BIGINT,
    ordered_by TEXT,
    ordered_at BIGINT,
    defaulted_at BIGINT,
    notice TEXT NOT NULL,
    notice_bureau BYTES,
    notice_asked_by TEXT,
    notice_asked_at BIGINT,
    notice_approval BYTES,
    noticed_by TEXT,
    noticed_at BIGINT,
    paid_at BIGINT,
    closed_by TEXT,
    closed_at BIGINT,
    closed_why TEXT NOT NULL,
    entries BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX arrears_cases_by_project ON arrears_cases (book, project, id);
CREATE INDEX arrears_cases_by_region ON arrears_cases (region, id);
CREATE INDEX arrears_cases_open ON arrears_cases (next_at) WHERE state <> 'closed';

-- Who is owed what for which month.
CREATE TABLE arrears_case_lines (
    book BIGINT NOT NULL,
    case_id BYTES NOT NULL,
    worker BYTES NOT NULL,
    period TEXT NOT NULL,
    name_masked TEXT NOT NULL,
    owed BIGINT NOT NULL CHECK (owed > 0),
    paid BIGINT NOT NULL CHECK (paid >= 0 AND paid <= owed),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, case_id, worker, period)
) KEYED;

-- What happened in a case, in order.
CREATE TABLE arrears_case_entries (
    book BIGINT NOT NULL,
    case_id BYTES NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    what TEXT NOT NULL,
    note TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_hash BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, case_id, number)
) KEYED;
-- append-only: arrears_case_entries

-- A labour bureau and the region it looks after.
CREATE TABLE arrears_bureaus (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    firm BYTES NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('county', 'city', 'province')),
    hotline TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX arrears_bureaus_by_firm ON arrears_bureaus (firm) WHERE ended_at IS NULL;

-- A bureau asks to look into an account (Decree 724, art. 40).
CREATE TABLE arrears_queries (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    bureau BYTES NOT NULL,
    project BYTES NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    approval BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused')),
    decided_by TEXT,
    decided_at BIGINT,
    decided_why TEXT NOT NULL,
    number TEXT NOT NULL,
    until BIGINT,
    looks BIGINT NOT NULL,
    looked_by TEXT,
    looked_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX arrears_queries_by_bureau ON arrears_queries (bureau, id);
CREATE INDEX arrears_queries_by_project ON arrears_queries (book, project, id);

-- A worker's complaint; who wrote it is not asked. Words and telephone number are encrypted, the code is known by its keyed index.
CREATE TABLE arrears_complaints (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    code_index BYTES NOT NULL,
    region TEXT NOT NULL,
    project BYTES,
    place TEXT NOT NULL,
    words BYTES NOT NULL,
    phone BYTES NOT NULL,
    files TEXT NOT NULL,
    channel TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'accepted', 'handling', 'closed')),
    bureau BYTES,
    accepted_by TEXT,
    accepted_at BIGINT,
    handled_by TEXT,
    handled_at BIGINT,
    closed_by TEXT,
    closed_at BIGINT,
    answer TEXT NOT NULL,
    case_id BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX arrears_complaints_by_code ON arrears_complaints (code_index);
CREATE INDEX arrears_complaints_by_region ON arrears_complaints (region, id);
CREATE INDEX arrears_complaints_open ON arrears_complaints (book, project) WHERE state <> 'closed';
