-- Who looks after a customer. One at a time; who it was before stands in the audit.
CREATE TABLE customer_managers (
    book BIGINT NOT NULL,
    person BYTES NOT NULL,
    staff BYTES NOT NULL,
    assigned_by TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, person)
) KEYED;

CREATE TABLE portraits (
    book BIGINT NOT NULL,
    staff BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('png', 'jpeg', 'webp')),
    image BYTES NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, staff)
) KEYED;

-- What one person lets a member of the family see. An invitation to somebody who is no customer has no member and lapses.
CREATE TABLE family_ties (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    owner BYTES NOT NULL,
    member BYTES,
    relation TEXT NOT NULL CHECK (relation IN ('daughter', 'son', 'spouse', 'grandchild', 'sibling', 'other')),
    name_masked TEXT NOT NULL,
    phone_masked TEXT NOT NULL,
    phone_index BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('invited', 'accepted', 'declined', 'ended', 'lapsed')),
    invited_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    answered_at BIGINT,
    valid_until BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX family_ties_by_owner ON family_ties (book, owner, id);
CREATE INDEX family_ties_by_member ON family_ties (member, id);
CREATE INDEX family_ties_due ON family_ties (state, answer_by, valid_until);

CREATE TABLE family_shares (
    book BIGINT NOT NULL,
    tie BYTES NOT NULL,
    account BYTES NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('balance', 'movements')),
    alerts BIGINT NOT NULL CHECK (alerts IN (0, 1)),
    seal BYTES NOT NULL,
    PRIMARY KEY (book, tie, account)
) KEYED;

-- Each look, for the one who was looked at. Never changed.
CREATE TABLE family_looks (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    tie BYTES NOT NULL,
    account BYTES,
    level TEXT NOT NULL CHECK (level IN ('balance', 'movements')),
    looked_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX family_looks_by_tie ON family_looks (book, tie, id);
