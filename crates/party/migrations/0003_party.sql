-- Names that stand for one thing in the whole bank: sign-in names, identity documents (keyed hash), credit codes,
-- employee numbers, branch codes. Small and read mostly, so a distributed database keeps it everywhere.
CREATE TABLE directory (
    kind TEXT NOT NULL CHECK (kind IN ('login', 'identity', 'credit_code', 'employee', 'branch')),
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (kind, name)
) KEYED;

CREATE TABLE branches (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    parent BYTES,
    path TEXT NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('head_office', 'city', 'sub_branch', 'outlet')),
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    address_zh TEXT NOT NULL,
    address_en TEXT NOT NULL,
    phone TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book)
) KEYED;

CREATE TABLE people (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    data_key BYTES NOT NULL,
    name BYTES NOT NULL,
    identity BYTES NOT NULL,
    phone BYTES NOT NULL,
    address BYTES NOT NULL,
    born BYTES NOT NULL,
    name_index BYTES NOT NULL,
    identity_index BYTES NOT NULL,
    phone_index BYTES NOT NULL,
    name_masked TEXT NOT NULL,
    identity_masked TEXT NOT NULL,
    phone_masked TEXT NOT NULL,
    document TEXT NOT NULL CHECK (document IN ('resident_id', 'passport')),
    country TEXT NOT NULL,
    is_foreign BIGINT NOT NULL CHECK (is_foreign IN (0, 1)),
    birth_year BIGINT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('I', 'II', 'III', 'restricted')),
    noncounter_per_day_max BIGINT,
    registered_by TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX people_by_phone ON people (phone_index);

CREATE TABLE firms (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    credit_code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('company', 'subcontractor', 'merchant', 'authority')),
    size TEXT NOT NULL CHECK (size IN ('micro', 'small', 'medium', 'large')),
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;

CREATE TABLE firm_controls (
    book BIGINT NOT NULL,
    firm BYTES NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, firm)
) KEYED;

CREATE TABLE staff (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    branch BYTES NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    person BYTES,
    joined_at BIGINT NOT NULL,
    left_at BIGINT,
    left_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;

CREATE TABLE grants (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    holder TEXT NOT NULL,
    role TEXT NOT NULL,
    permission TEXT,
    firm BYTES,
    branch BYTES,
    branch_path TEXT,
    currency TEXT NOT NULL,
    per_transaction_max BIGINT NOT NULL CHECK (per_transaction_max >= 0),
    per_day_max BIGINT NOT NULL CHECK (per_day_max >= 0),
    own_max BIGINT NOT NULL CHECK (own_max >= 0),
    release_max BIGINT NOT NULL CHECK (release_max >= 0),
    deny BIGINT NOT NULL CHECK (deny IN (0, 1)),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    granted_by TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    approval BYTES,
    revoked_by TEXT,
    revoked_at BIGINT,
    revoked_reason TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX grants_by_holder ON grants (book, holder);
CREATE INDEX grants_by_firm ON grants (firm) WHERE firm IS NOT NULL;

CREATE TABLE limit_usage (
    book BIGINT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    date BIGINT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0),
    count BIGINT NOT NULL CHECK (count >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, subject, kind, currency, date)
) KEYED;

CREATE TABLE logins (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    name TEXT NOT NULL,
    who TEXT NOT NULL,
    password TEXT NOT NULL,
    password_given_by TEXT,
    totp BYTES NOT NULL,
    totp_step BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    paused_until BIGINT,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX logins_by_who ON logins (book, who) WHERE ended_at IS NULL;

CREATE TABLE devices (
    book BIGINT NOT NULL,
    login BYTES NOT NULL,
    mark BYTES NOT NULL,
    id BYTES NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, login, mark)
) KEYED;

CREATE TABLE sessions (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    login BYTES NOT NULL,
    who TEXT NOT NULL,
    acting_firm BYTES,
    branch BYTES,
    device BYTES,
    roles TEXT NOT NULL,
    name TEXT NOT NULL,
    token_hash BYTES NOT NULL,
    agent BYTES NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stepped_up_at BIGINT,
    first_password BIGINT NOT NULL CHECK (first_password IN (0, 1)),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX sessions_by_login ON sessions (book, login);
CREATE INDEX sessions_by_seen ON sessions (seen_at);

CREATE TABLE api_clients (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    firm BYTES NOT NULL,
    name TEXT NOT NULL,
    secret_hash BYTES NOT NULL,
    scopes TEXT NOT NULL,
    currency TEXT NOT NULL,
    per_transaction_max BIGINT NOT NULL CHECK (per_transaction_max >= 0),
    per_day_max BIGINT NOT NULL CHECK (per_day_max >= 0),
    own_max BIGINT NOT NULL CHECK (own_max >= 0),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX api_clients_by_firm ON api_clients (book, firm);
