-- What is written down of the works behind a wage account: contract, owner, labour officer, region.
CREATE TABLE worksite_sites (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    profile TEXT NOT NULL CHECK (profile IN ('construction', 'ship_repair')),
    wage_account BYTES NOT NULL,
    region TEXT NOT NULL,
    works_contract TEXT NOT NULL,
    signed_on BIGINT NOT NULL,
    price BIGINT NOT NULL CHECK (price > 0),
    currency TEXT NOT NULL,
    labour_bps BIGINT CHECK (labour_bps BETWEEN 1 AND 10000),
    labour_amount BIGINT CHECK (labour_amount > 0),
    begins_on BIGINT NOT NULL,
    ends_on BIGINT NOT NULL,
    address TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    owner_firm BYTES,
    authority TEXT NOT NULL,
    hotline TEXT NOT NULL,
    legal_aid TEXT NOT NULL,
    pay_by TEXT NOT NULL CHECK (pay_by IN ('month', 'week', 'order')),
    officer_masked TEXT NOT NULL,
    contacts BYTES NOT NULL,
    board_code TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    amendments BIGINT NOT NULL CHECK (amendments >= 0),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project),
    CHECK ((labour_bps IS NULL) <> (labour_amount IS NULL)),
    CHECK (ends_on >= begins_on)
) KEYED;
CREATE UNIQUE INDEX worksite_sites_by_code ON worksite_sites (board_code);
CREATE INDEX worksite_sites_by_account ON worksite_sites (book, wage_account);
CREATE INDEX worksite_sites_by_region ON worksite_sites (region, project);
CREATE INDEX worksite_sites_by_owner ON worksite_sites (owner_firm, project) WHERE owner_firm IS NOT NULL;

-- What was changed in a site file, why and by whom.
CREATE TABLE worksite_amendments (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    number BIGINT NOT NULL,
    changes TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, number)
) KEYED;

-- Agreements of owner, contractor and bank (三方协议); the newest holds.
CREATE TABLE worksite_agreements (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    number BIGINT NOT NULL,
    agreement TEXT NOT NULL,
    parties TEXT NOT NULL,
    signed_on BIGINT NOT NULL,
    text_hash BYTES NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, number)
) KEYED;

-- What had to be done by a day, and was: filing with the bureau, the guarantee deposit.
CREATE TABLE worksite_milestones (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'filing', 'guarantee', 'roster')),
    done_on BIGINT NOT NULL,
    document TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, kind)
) KEYED;

-- When the owner pays wage money in, and how much.
CREATE TABLE worksite_schedules (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    number BIGINT NOT NULL,
    amount BIGINT CHECK (amount > 0),
    bps BIGINT CHECK (bps BETWEEN 1 AND 10000),
    currency TEXT NOT NULL,
    day BIGINT NOT NULL CHECK (day BETWEEN 1 AND 31),
    from_period TEXT NOT NULL,
    until_period TEXT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'refused', 'lapsed', 'ended')),
    approval BYTES NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, number),
    CHECK ((amount IS NULL) <> (bps IS NULL))
) KEYED;

-- What was built in a month, by its price.
CREATE TABLE worksite_progress (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    period TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    document TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, period)
) KEYED;

-- A payment of the owner that is due, by the schedule or as a top-up.
CREATE TABLE worksite_installments (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    number BIGINT NOT NULL,
    firm BYTES NOT NULL,
    schedule BIGINT,
    top_up BYTES,
    period TEXT NOT NULL,
    due_on BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    received BIGINT NOT NULL CHECK (received BETWEEN 0 AND amount),
    currency TEXT NOT NULL,
    received_on BIGINT,
    state TEXT NOT NULL CHECK (state IN ('open', 'received', 'cancelled')),
    told_at BIGINT,
    report_number TEXT NOT NULL,
    reported_on BIGINT,
    reported_by TEXT,
    reported_at BIGINT,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, number),
    CHECK ((state = 'received') = (received = amount))
) KEYED;
CREATE INDEX worksite_installments_open ON worksite_installments (due_on) WHERE state = 'open';

-- Money that came into a wage account, and how much of it met an installment.
CREATE TABLE worksite_receipts (
    book BIGINT NOT NULL,
    id TEXT NOT NULL,
    project BYTES NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    used BIGINT NOT NULL CHECK (used BETWEEN 0 AND amount),
    currency TEXT NOT NULL,
    received_on BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX worksite_receipts_by_project ON worksite_receipts (book, project, received_at);

-- More wage money than was agreed, asked of the owner.
CREATE TABLE worksite_top_ups (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    project BYTES NOT NULL,
    firm BYTES NOT NULL,
    owner_firm BYTES,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    why TEXT NOT NULL,
    due_on BIGINT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused', 'lapsed')),
    approval BYTES NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT NOT NULL,
    installment BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX worksite_top_ups_by_project ON worksite_top_ups (book, project, id);
CREATE INDEX worksite_top_ups_by_owner ON worksite_top_ups (owner_firm, id) WHERE owner_firm IS NOT NULL;

-- A pay day for which there will be too little; told once.
CREATE TABLE worksite_shorts (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    pay_on BIGINT NOT NULL,
    needed BIGINT NOT NULL,
    short BIGINT NOT NULL CHECK (short > 0),
    currency TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, pay_on)
) KEYED;

-- Projects under another one's account, each with a ledger account of its own.
CREATE TABLE worksite_shares (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    main BYTES NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project)
) KEYED;
CREATE INDEX worksite_shares_by_main ON worksite_shares (book, main, project);
