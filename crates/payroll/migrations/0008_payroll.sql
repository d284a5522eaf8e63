-- A special wage account (农民工工资专用账户) of a building site, or a ship-repair subcontractor's wage account.
CREATE TABLE payroll_projects (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    firm BYTES NOT NULL,
    contractor BYTES NOT NULL,
    profile TEXT NOT NULL CHECK (profile IN ('construction', 'ship_repair')),
    name TEXT NOT NULL,
    tag TEXT NOT NULL,
    basis TEXT NOT NULL,
    agreement TEXT NOT NULL,
    account_name TEXT NOT NULL,
    wage_account BYTES NOT NULL,
    clearing_account BYTES NOT NULL,
    currency TEXT NOT NULL,
    pay_day BIGINT NOT NULL CHECK (pay_day BETWEEN 1 AND 31),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_by TEXT,
    closed_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX payroll_projects_by_firm ON payroll_projects (book, firm, name, tag);

-- A worker on a project's roster, with the one account the wage goes to.
CREATE TABLE payroll_workers (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    person BYTES NOT NULL,
    name BYTES NOT NULL,
    name_index BYTES NOT NULL,
    identity_index BYTES NOT NULL,
    name_masked TEXT NOT NULL,
    identity_masked TEXT NOT NULL,
    phone_masked TEXT NOT NULL,
    team TEXT NOT NULL,
    contract TEXT NOT NULL,
    contract_on BIGINT,
    entered_on BIGINT NOT NULL,
    left_on BIGINT,
    left_by TEXT,
    account BYTES,
    bank TEXT NOT NULL,
    number BYTES NOT NULL,
    account_masked TEXT NOT NULL,
    account_index BYTES,
    standing TEXT NOT NULL CHECK (standing IN ('missing', 'verified', 'external', 'name_mismatch', 'closed')),
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    account_by TEXT,
    account_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX payroll_workers_once ON payroll_workers (book, project, identity_index) WHERE left_on IS NULL;
CREATE UNIQUE INDEX payroll_workers_account ON payroll_workers (book, project, account_index) WHERE left_on IS NULL AND account_index IS NOT NULL;
CREATE INDEX payroll_workers_by_project ON payroll_workers (book, project, id);

-- A change of a worker's account that waits for a second person, by its approval.
CREATE TABLE payroll_account_changes (
    book BIGINT NOT NULL,
    approval BYTES NOT NULL,
    worker BYTES NOT NULL,
    account BYTES,
    bank TEXT NOT NULL,
    number BYTES NOT NULL,
    account_masked TEXT NOT NULL,
    account_index BYTES NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, approval)
) KEYED;

-- Uploaded files in parts, encrypted; authenticated by their encryption and by the hash they are kept under.
CREATE TABLE payroll_files (
    book BIGINT NOT NULL,
    hash BYTES NOT NULL,
    part BIGINT NOT NULL,
    sealed BYTES NOT NULL,
    PRIMARY KEY (book, hash, part)
) KEYED;

CREATE TABLE payroll_imports (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    subject TEXT NOT NULL CHECK (subject IN ('roster', 'pay_sheet')),
    period TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('wage', 'supplement')),
    number BIGINT NOT NULL,
    tag TEXT NOT NULL,
    due_on BIGINT,
    file_name TEXT NOT NULL,
    file_hash BYTES NOT NULL,
    file_bytes BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('read', 'accepted', 'rejected')),
    rows_read BIGINT NOT NULL,
    valid BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    already BIGINT NOT NULL,
    faults BIGINT NOT NULL,
    sheet BYTES,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    accepted_by TEXT,
    accepted_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX payroll_imports_by_file ON payroll_imports (book, project, subject, period, kind, number, file_hash);

CREATE TABLE payroll_faults (
    book BIGINT NOT NULL,
    import BYTES NOT NULL,
    number BIGINT NOT NULL,
    sheet TEXT NOT NULL,
    cell TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    line BIGINT,
    column_title TEXT NOT NULL,
    value TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('note', 'warning', 'refused')),
    code TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    remedy_zh TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    remedy_en TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, import, number)
) KEYED;

-- A pay sheet (工资表), which is also its run.
CREATE TABLE payroll_sheets (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('wage', 'supplement')),
    number BIGINT NOT NULL,
    tag TEXT NOT NULL,
    repay BIGINT NOT NULL CHECK (repay IN (0, 1)),
    import BYTES,
    due_on BIGINT NOT NULL,
    pay_on BIGINT NOT NULL,
    currency TEXT NOT NULL,
    lines BIGINT NOT NULL,
    due BIGINT NOT NULL,
    deductions BIGINT NOT NULL,
    net BIGINT NOT NULL,
    lines_hash BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('loading', 'drafted', 'submitted', 'checked', 'starting', 'paying', 'paid', 'partly_paid', 'sent_back', 'cancelled')),
    drafted_by TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    submitted_by TEXT,
    submitted_at BIGINT,
    approval BYTES,
    checked_by TEXT,
    checked_at BIGINT,
    paying_by TEXT,
    paying_at BIGINT,
    instruction BYTES,
    next_line BIGINT NOT NULL,
    paid_lines BIGINT NOT NULL CHECK (paid_lines >= 0),
    paid_net BIGINT NOT NULL CHECK (paid_net >= 0),
    processing_lines BIGINT NOT NULL CHECK (processing_lines >= 0),
    processing_net BIGINT NOT NULL CHECK (processing_net >= 0),
    failed_lines BIGINT NOT NULL CHECK (failed_lines >= 0),
    failed_net BIGINT NOT NULL CHECK (failed_net >= 0),
    returned_net BIGINT NOT NULL CHECK (returned_net >= 0),
    finished_at BIGINT,
    ended_by TEXT,
    ended_at BIGINT,
    ended_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id),
    CHECK (paid_net + processing_net + failed_net <= net),
    CHECK (returned_net <= failed_net)
) KEYED;
CREATE INDEX payroll_sheets_by_project ON payroll_sheets (book, project, id);
CREATE INDEX payroll_sheets_running ON payroll_sheets (book, id) WHERE state IN ('starting', 'paying');

-- One worker's wage. `live` lines stand for their key: nobody is paid twice for one project, period, kind and number.
CREATE TABLE payroll_lines (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    sheet BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    worker BYTES NOT NULL,
    person BYTES NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('wage', 'supplement')),
    kind_number BIGINT NOT NULL,
    live BIGINT NOT NULL CHECK (live IN (0, 1)),
    name_masked TEXT NOT NULL,
    identity_masked TEXT NOT NULL,
    team TEXT NOT NULL,
    days BIGINT,
    hours BIGINT,
    due BIGINT NOT NULL,
    deductions BIGINT NOT NULL CHECK (deductions >= 0),
    net BIGINT NOT NULL CHECK (net > 0 AND net = due - deductions),
    items TEXT NOT NULL,
    account BYTES,
    bank TEXT NOT NULL,
    account_masked TEXT NOT NULL,
    account_index BYTES NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'processing', 'paid', 'failed')),
    reason TEXT NOT NULL,
    clearing BYTES,
    instruction BYTES,
    transfer BYTES,
    settled_at BIGINT,
    swept BYTES,
    repays BYTES,
    repaid_by BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX payroll_lines_once ON payroll_lines (book, project, period, kind, kind_number, worker) WHERE live = 1;
CREATE UNIQUE INDEX payroll_lines_by_sheet ON payroll_lines (book, sheet, number);
CREATE INDEX payroll_lines_open ON payroll_lines (book, sheet, state, number) WHERE state IN ('processing', 'failed');
CREATE INDEX payroll_lines_by_person ON payroll_lines (person, id);
