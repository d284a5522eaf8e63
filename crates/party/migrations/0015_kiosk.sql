-- The machines that a branch has set up for its customers. A machine is known by the hash of the secret it keeps; before that
-- by the keyed hash of a code that somebody types into it. What is over has who, when and why.
CREATE TABLE terminals (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    branch BYTES NOT NULL,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    variant TEXT NOT NULL CHECK (variant IN ('tall', 'low')),
    invited_by TEXT NOT NULL,
    invited_at BIGINT NOT NULL,
    code_hash BYTES,
    code_until BIGINT,
    secret_hash BYTES,
    enrolled_at BIGINT,
    out_by TEXT,
    out_at BIGINT,
    out_reason TEXT,
    retired_by TEXT,
    retired_at BIGINT,
    retired_reason TEXT,
    seen_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX terminals_by_code ON terminals (code_hash) WHERE code_hash IS NOT NULL;

-- The card that was read last at a machine and whose holder has not been seen yet: hashes alone, nothing that names him.
CREATE TABLE identity_checks (
    book BIGINT NOT NULL,
    terminal BYTES NOT NULL,
    document BYTES NOT NULL,
    name BYTES NOT NULL,
    photo TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, terminal)
) KEYED;

-- How often on a day a face did not fit a document, whether or not the document is a customer's.
CREATE TABLE identity_misses (
    book BIGINT NOT NULL,
    document BYTES NOT NULL,
    date BIGINT NOT NULL,
    count BIGINT NOT NULL CHECK (count >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, document)
) KEYED;

-- Who is being served at a machine now. A row goes when it is over; its beginning and end stand in the audit.
CREATE TABLE kiosk_visits (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    name TEXT NOT NULL,
    terminal BYTES NOT NULL,
    branch BYTES NOT NULL,
    photo TEXT NOT NULL,
    token_hash BYTES NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stepped_up_at BIGINT NOT NULL,
    step_up_misses BIGINT NOT NULL CHECK (step_up_misses >= 0),
    more_time BIGINT NOT NULL CHECK (more_time IN (0, 1)),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX kiosk_visits_by_terminal ON kiosk_visits (terminal);
CREATE INDEX kiosk_visits_by_seen ON kiosk_visits (seen_at);
