-- Passkeys of logins; proofs that were asked for and have not come; what a customer consented to; which data of his he
-- changed; and what follows a login from one device to another.
CREATE TABLE passkeys (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    login BYTES NOT NULL,
    name BYTES NOT NULL,
    credential BYTES NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT,
    suspect_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX passkeys_by_login ON passkeys (book, login);

CREATE TABLE pending_proofs (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('register', 'sign_in', 'step_up', 'code')),
    bound BYTES NOT NULL,
    state BYTES NOT NULL,
    ends_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX pending_proofs_by_bound ON pending_proofs (bound);
CREATE INDEX pending_proofs_by_end ON pending_proofs (ends_at);

CREATE TABLE consents (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    purpose TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    given_at BIGINT NOT NULL,
    given_by TEXT NOT NULL,
    channel TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX consents_by_person ON consents (book, person);
CREATE UNIQUE INDEX consents_in_force ON consents (book, person, purpose) WHERE ended_at IS NULL;

CREATE TABLE contact_changes (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('phone', 'address')),
    before BYTES NOT NULL,
    before_masked TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX contact_changes_by_person ON contact_changes (book, person);

CREATE TABLE preferences (
    book BIGINT NOT NULL,
    login BYTES NOT NULL,
    language TEXT NOT NULL,
    edition TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, login)
) KEYED;
