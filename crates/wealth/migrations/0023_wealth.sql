-- Products in versions. A version never changes; a later one takes its place.
CREATE TABLE wealth_products (
    book BIGINT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    risk TEXT NOT NULL CHECK (risk IN ('R1', 'R2', 'R3', 'R4', 'R5')),
    currency TEXT NOT NULL,
    terms TEXT NOT NULL,
    effective_from BIGINT NOT NULL,
    document TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, code, version)
) KEYED;
-- append-only: wealth_products

-- What a unit was worth at the end of a day.
CREATE TABLE wealth_navs (
    book BIGINT NOT NULL,
    product TEXT NOT NULL,
    day BIGINT NOT NULL,
    value BIGINT NOT NULL CHECK (value > 0),
    document TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, product, day)
) KEYED;
-- append-only: wealth_navs

-- What people answered to the questions about risk; the answers are encrypted.
CREATE TABLE wealth_assessments (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    number BIGINT NOT NULL,
    questions BIGINT NOT NULL,
    answers BYTES NOT NULL,
    score BIGINT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('C1', 'C2', 'C3', 'C4', 'C5')),
    day BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    channel TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
-- append-only: wealth_assessments
CREATE UNIQUE INDEX wealth_assessments_by_person ON wealth_assessments (person, number, book);

-- Sound and picture of sales at a counter: what proves which they were, never the pictures themselves.
CREATE TABLE wealth_recordings (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    product TEXT NOT NULL,
    branch BYTES NOT NULL,
    teller TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    hash BYTES,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    sold BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;

-- What somebody holds of a product: an account of units and one of money on its way.
CREATE TABLE wealth_holdings (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    cash BYTES NOT NULL,
    owner TEXT NOT NULL,
    linked BYTES NOT NULL,
    product TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 0),
    locked BIGINT NOT NULL CHECK (locked >= 0 AND locked <= units),
    cost BIGINT NOT NULL CHECK (cost >= 0),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account)
) KEYED;
CREATE UNIQUE INDEX wealth_holdings_one ON wealth_holdings (owner, linked, product, book);
CREATE INDEX wealth_holdings_of_product ON wealth_holdings (product, book, account) WHERE units > 0;

-- Orders for units, and to give them back.
CREATE TABLE wealth_orders (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    holding BYTES NOT NULL,
    owner TEXT NOT NULL,
    product TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('subscribe', 'redeem')),
    state TEXT NOT NULL CHECK (state IN ('review', 'cooling', 'due', 'confirmed', 'refused', 'cancelled')),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    units BIGINT NOT NULL CHECK (units >= 0),
    nav BIGINT,
    level TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    branch BYTES,
    recording BYTES,
    approval BYTES,
    cool_until BIGINT,
    priced_on BIGINT,
    pays_on BIGINT,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX wealth_orders_of_holding ON wealth_orders (book, holding, id);
CREATE INDEX wealth_orders_open ON wealth_orders (id) WHERE state IN ('review', 'cooling', 'due');

-- Every movement of units of a holding, in order.
CREATE TABLE wealth_entries (
    book BIGINT NOT NULL,
    account BYTES NOT NULL,
    number BIGINT NOT NULL,
    wealth_order BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('subscribe', 'redeem')),
    day BIGINT NOT NULL,
    nav BIGINT NOT NULL,
    nav_day BIGINT NOT NULL,
    units BIGINT NOT NULL CHECK (units > 0),
    money BIGINT NOT NULL CHECK (money >= 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    stands BIGINT NOT NULL CHECK (stands >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, account, number)
) KEYED;
-- append-only: wealth_entries
