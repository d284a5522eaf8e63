-- A payment that left for another bank. Number and name are encrypted; the mask is for people.
CREATE TABLE clearing_items (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    instruction BYTES NOT NULL,
    account BYTES NOT NULL,
    moved BYTES NOT NULL,
    bank TEXT NOT NULL,
    number BYTES NOT NULL,
    name BYTES NOT NULL,
    masked TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    correlation TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'paid', 'returned', 'unknown')),
    queued_at BIGINT NOT NULL,
    sendings BIGINT NOT NULL,
    sent_at BIGINT,
    taken_at BIGINT,
    ask_at BIGINT,
    paid_at BIGINT,
    returned_at BIGINT,
    returned_to BYTES,
    reason TEXT,
    note TEXT NOT NULL,
    disputed_at BIGINT,
    approval BYTES,
    resolved_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX clearing_items_queued ON clearing_items (queued_at) WHERE state = 'queued';
CREATE INDEX clearing_items_doubt ON clearing_items (ask_at) WHERE state IN ('sent', 'unknown');
CREATE INDEX clearing_items_by_state ON clearing_items (state, id);
CREATE INDEX clearing_items_under_way ON clearing_items (book) WHERE paid_at IS NULL AND returned_at IS NULL;
