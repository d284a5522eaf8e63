-- Customers who asked to be called, and what became of it. Never removed.
CREATE TABLE call_backs (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    person BYTES,
    asker_index BYTES NOT NULL,
    address_index BYTES NOT NULL,
    phone BYTES NOT NULL,
    phone_index BYTES NOT NULL,
    phone_masked TEXT NOT NULL,
    name_masked TEXT NOT NULL,
    elder BIGINT NOT NULL CHECK (elder IN (0, 1)),
    topic TEXT NOT NULL CHECK (topic IN ('suspicious', 'payment', 'card', 'other')),
    wish TEXT NOT NULL CHECK (wish IN ('soon', 'morning', 'afternoon')),
    word BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'taken', 'not_reached', 'done', 'given_up', 'cancelled')),
    asked_at BIGINT NOT NULL,
    call_from BIGINT NOT NULL,
    promised_by BIGINT NOT NULL,
    overdue_at BIGINT,
    taken_by TEXT,
    taken_at BIGINT,
    tries BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    outcome TEXT CHECK (outcome IN ('helped', 'appointment', 'handed_on')),
    note TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX call_backs_open ON call_backs (promised_by) WHERE state IN ('asked', 'taken', 'not_reached');
CREATE INDEX call_backs_by_person ON call_backs (person, id);
CREATE INDEX call_backs_by_asker ON call_backs (asker_index, id);
CREATE INDEX call_backs_by_address ON call_backs (address_index, asked_at);
CREATE INDEX call_backs_by_phone ON call_backs (phone_index, asked_at);
