-- What somebody is told inside the bank's own pages; the text stands in the language files under the kind.
CREATE TABLE notices (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    about TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    read_by TEXT,
    message TEXT NOT NULL CHECK (message IN ('none', 'queued', 'sent', 'failed')),
    tries BIGINT NOT NULL,
    next_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX notices_by_recipient ON notices (book, recipient, id);
CREATE INDEX notices_unread ON notices (book, recipient) WHERE read_at IS NULL;
CREATE INDEX notices_by_age ON notices (at);
CREATE INDEX notices_to_send ON notices (next_at) WHERE message = 'queued';

-- Where a firm wants to hear of its events. The secret is encrypted.
CREATE TABLE webhooks (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    firm BYTES NOT NULL,
    url TEXT NOT NULL,
    secret BYTES NOT NULL,
    kinds TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    failing_since BIGINT,
    disabled_at BIGINT,
    disabled_why TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX webhooks_by_firm ON webhooks (book, firm);

-- One event for one subscription: until it was taken, or waits for somebody.
CREATE TABLE webhook_deliveries (
    book BIGINT NOT NULL,
    webhook BYTES NOT NULL,
    pos BIGINT NOT NULL,
    event BYTES NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'parked')),
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    status BIGINT,
    error TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    delivered_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, webhook, pos)
) KEYED;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (delivered_at) WHERE state = 'delivered';
