-- A firm's file of payments, and what came of it. The findings are masked; the list of them is kept as it is sent.
CREATE TABLE bulk_files (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    firm BYTES NOT NULL,
    debit BYTES NOT NULL,
    file_name TEXT NOT NULL,
    file_hash BYTES NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('drafted', 'rejected', 'submitted', 'paying', 'paid', 'cancelled')),
    lines BIGINT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    fees BIGINT NOT NULL CHECK (fees >= 0),
    refused_rows BIGINT NOT NULL,
    misnamed BIGINT NOT NULL,
    lines_hash BYTES NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    approval BYTES,
    started_by TEXT,
    started_at BIGINT,
    ended_at BIGINT,
    ended_why TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX bulk_files_by_firm ON bulk_files (book, firm, id);
CREATE UNIQUE INDEX bulk_files_once ON bulk_files (book, firm, debit, file_hash) WHERE state <> 'rejected' AND state <> 'cancelled';
CREATE INDEX bulk_files_paying ON bulk_files (id) WHERE state = 'paying';
-- A payment of a file. Name and number are encrypted; twin is the hash of firm, payee's account, amount and memo.
CREATE TABLE bulk_lines (
    book BIGINT NOT NULL,
    file BYTES NOT NULL,
    number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    name BYTES NOT NULL,
    account BYTES NOT NULL,
    bank TEXT NOT NULL,
    name_masked TEXT NOT NULL,
    masked TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    memo TEXT NOT NULL,
    twin BYTES NOT NULL,
    instruction BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'paid', 'failed')),
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    settled_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, file, number)
) KEYED;
CREATE INDEX bulk_lines_by_twin ON bulk_lines (book, twin);
CREATE INDEX bulk_lines_open ON bulk_lines (instruction) WHERE state = 'open';
CREATE TABLE bulk_findings (
    book BIGINT NOT NULL,
    file BYTES NOT NULL,
    shown TEXT NOT NULL,
    csv BYTES NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, file)
) KEYED;
