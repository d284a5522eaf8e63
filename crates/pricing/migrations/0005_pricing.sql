-- The tariff: what an operation costs, from which day, on which basis. A version never changes; a later one takes its place.
CREATE TABLE tariffs (
    book BIGINT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('list', 'relief')),
    operation TEXT NOT NULL CHECK (operation IN ('transfer', 'wage', 'wage_funding', 'cash', 'account_month', 'debit_card', 'debit_card_preferred')),
    reach TEXT NOT NULL CHECK (reach IN ('same_bank', 'ordinary', 'large_value', 'any')),
    channel TEXT CHECK (channel IN ('counter', 'kiosk', 'phone', 'remote', 'api', 'cli', 'system')),
    payer_class TEXT NOT NULL CHECK (payer_class IN ('person', 'firm', 'small_firm', 'merchant', 'any')),
    currency TEXT NOT NULL,
    bands TEXT NOT NULL,
    effective_from BIGINT NOT NULL,
    effective_to BIGINT,
    basis TEXT NOT NULL CHECK (basis IN ('mandate', 'initiative', 'own', 'guide_price')),
    document TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, code, version)
) KEYED;
CREATE INDEX tariffs_by_operation ON tariffs (operation, currency);
-- append-only: tariffs

-- What each priced instruction cost and why, zero included: the proof of what was saved.
CREATE TABLE price_records (
    book BIGINT NOT NULL,
    instruction BYTES NOT NULL,
    at BIGINT NOT NULL,
    date BIGINT NOT NULL,
    operation TEXT NOT NULL,
    channel TEXT NOT NULL,
    payer_class TEXT NOT NULL,
    reach TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    list_fee BIGINT NOT NULL CHECK (list_fee >= 0),
    charged BIGINT NOT NULL CHECK (charged >= 0),
    saved BIGINT NOT NULL CHECK (saved >= 0),
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    relief_code TEXT,
    relief_version BIGINT,
    basis TEXT NOT NULL,
    document TEXT NOT NULL,
    eligibility TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, instruction)
) KEYED;
-- append-only: price_records
