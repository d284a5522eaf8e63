-- What the bank verified a firm to be for: a hospital, social security, a supplier of water or power, the tax office. One that is over
-- has who, when and why; the next one of the same firm has the next number.
CREATE TABLE firm_classes (
    book BIGINT NOT NULL,
    firm BYTES NOT NULL,
    number BIGINT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('medical', 'social_security', 'utilities', 'tax')),
    document TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    ended_why TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, firm, number)
) KEYED;
