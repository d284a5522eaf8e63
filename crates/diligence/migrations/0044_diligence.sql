-- What was asked, found and decided when an account was to be opened. A refusal stands here too.
CREATE TABLE cdd_openings (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    owner TEXT NOT NULL,
    branch BYTES NOT NULL,
    questions BIGINT NOT NULL CHECK (questions > 0),
    said BYTES NOT NULL,
    flags TEXT NOT NULL,
    found TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('opened', 'refused')),
    account BYTES,
    reason TEXT CHECK (reason IN ('will_lend', 'paid_for_it', 'listed', 'identity_doubt', 'led_by_another', 'no_purpose', 'unwilling')),
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    appeal BYTES,
    lifted_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cdd_openings_of ON cdd_openings (owner, id);
CREATE INDEX cdd_openings_listed ON cdd_openings (book, outcome, id);
CREATE INDEX cdd_openings_appeal ON cdd_openings (appeal, id);

-- How a customer is judged: one row each.
CREATE TABLE cdd_standings (
    book BIGINT NOT NULL,
    owner TEXT NOT NULL,
    score BIGINT NOT NULL CHECK (score >= 0),
    band TEXT NOT NULL,
    lines TEXT NOT NULL,
    scored_at BIGINT NOT NULL,
    score_again_at BIGINT NOT NULL,
    review_due BIGINT NOT NULL,
    cleared_score BIGINT,
    lowered_from TEXT,
    lowered_to TEXT,
    lowered_at BIGINT,
    lowered_why TEXT,
    appeal BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, owner)
) KEYED;
CREATE INDEX cdd_standings_due ON cdd_standings (book, review_due, owner);
CREATE INDEX cdd_standings_again ON cdd_standings (score_again_at, book, owner);
CREATE INDEX cdd_standings_appeal ON cdd_standings (book, appeal, owner);

-- What came of a review of a customer.
CREATE TABLE cdd_reviews (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    owner TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('keep', 'clear')),
    score BIGINT NOT NULL CHECK (score >= 0),
    seen TEXT NOT NULL,
    note BYTES NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cdd_reviews_of ON cdd_reviews (book, owner, id);

-- A review of accounts that were opened in a period, and the accounts it found.
CREATE TABLE cdd_stock_reviews (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    branch BYTES NOT NULL,
    criteria TEXT NOT NULL,
    due_on BIGINT NOT NULL,
    officer BYTES NOT NULL,
    looked_at BIGINT NOT NULL CHECK (looked_at >= 0),
    found BIGINT NOT NULL CHECK (found >= 0),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;

CREATE TABLE cdd_stock_items (
    book BIGINT NOT NULL,
    review BYTES NOT NULL,
    account BYTES NOT NULL,
    owner TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    why TEXT NOT NULL,
    officer BYTES NOT NULL,
    due_on BIGINT NOT NULL,
    result TEXT CHECK (result IN ('fine', 'limited', 'closing', 'case', 'unreached')),
    note BYTES NOT NULL,
    done_by TEXT,
    done_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, review, account)
) KEYED;
