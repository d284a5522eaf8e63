-- What the bank gave out in writing: sealed facts under a code that anyone can check. Never removed.
CREATE TABLE documents (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('payment', 'wage', 'statement')),
    owner TEXT NOT NULL,
    account BYTES NOT NULL,
    about TEXT NOT NULL,
    facts TEXT NOT NULL,
    hash BYTES NOT NULL,
    code_index BYTES NOT NULL,
    issued_at BIGINT NOT NULL,
    issued_by TEXT NOT NULL,
    prints BIGINT NOT NULL,
    printed_at BIGINT,
    printed_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX documents_once ON documents (book, hash);
CREATE INDEX documents_by_code ON documents (code_index);
CREATE INDEX documents_by_account ON documents (book, account, id);
