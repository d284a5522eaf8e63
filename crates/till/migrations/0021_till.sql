-- Where cash is kept: a vault, a till, a machine, the damaged notes of a branch. `notes` counts them by face value.
CREATE TABLE drawers (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    branch BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('vault', 'till', 'machine', 'damaged', 'transit', 'centre')),
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    account BYTES NOT NULL,
    notes TEXT NOT NULL,
    holder BYTES,
    counted_on BIGINT,
    counted_by TEXT,
    counted_at BIGINT,
    witnessed_by TEXT,
    counting TEXT,
    moved_on BIGINT,
    out_of_service TEXT,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX drawers_by_name ON drawers (book, kind, name, currency);

-- A teller's day at his till.
CREATE TABLE till_days (
    book BIGINT NOT NULL,
    teller BYTES NOT NULL,
    date BIGINT NOT NULL,
    drawer BYTES NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_notes TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    closed_at BIGINT,
    closed_notes TEXT,
    difference BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, teller, date)
) KEYED;
CREATE UNIQUE INDEX till_days_open_of_teller ON till_days (teller, book) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX till_days_open_of_drawer ON till_days (book, drawer) WHERE closed_at IS NULL;

-- The teller's journal: numbers of a teller and day without a gap.
CREATE TABLE till_entries (
    book BIGINT NOT NULL,
    teller BYTES NOT NULL,
    date BIGINT NOT NULL,
    number BIGINT NOT NULL,
    drawer BYTES NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'waiting', 'refused', 'sent_back', 'called_off', 'reversed')),
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    notes_in TEXT NOT NULL,
    notes_out TEXT NOT NULL,
    account BYTES,
    shown TEXT NOT NULL,
    instruction BYTES,
    approval BYTES,
    refusal TEXT NOT NULL,
    overrides TEXT NOT NULL,
    of_number BIGINT,
    memo TEXT NOT NULL,
    object TEXT NOT NULL,
    copies BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, teller, date, number)
) KEYED;
CREATE INDEX till_entries_waiting ON till_entries (book, drawer) WHERE state = 'waiting';
CREATE INDEX till_entries_of_day ON till_entries (book, date);
CREATE INDEX till_entries_of_account ON till_entries (book, account, date);

-- Cash on its way between two drawers: who gave it, who else was there, who took it.
CREATE TABLE cash_moves (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    from_drawer BYTES NOT NULL,
    to_book BIGINT NOT NULL,
    to_drawer BYTES NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    notes TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'in_transit', 'received', 'called_off')),
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    second_by TEXT,
    second_at BIGINT,
    received_by TEXT,
    received_at BIGINT,
    counted TEXT,
    ended_why TEXT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cash_moves_open ON cash_moves (to_book, state) WHERE state IN ('asked', 'in_transit');

-- Cash over or short: a case until two persons settled it.
CREATE TABLE cash_cases (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    drawer BYTES NOT NULL,
    date BIGINT NOT NULL,
    source TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    detail TEXT NOT NULL,
    candidates TEXT NOT NULL,
    customer BYTES,
    state TEXT NOT NULL CHECK (state IN ('open', 'explained', 'settled')),
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    explanation TEXT NOT NULL,
    outcome TEXT,
    explained_by TEXT,
    explained_at BIGINT,
    settled_by TEXT,
    settled_at BIGINT,
    transfer BYTES,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cash_cases_open ON cash_cases (book, id) WHERE state <> 'settled';

-- A large sum that will be drawn: the drawing needs no override on that day.
CREATE TABLE cash_appointments (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    account BYTES NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    date BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_by TEXT,
    used_at BIGINT,
    cancelled_by TEXT,
    cancelled_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX cash_appointments_of_account ON cash_appointments (book, account, date);

-- Counterfeit notes taken in: not cash, never given back but by an appraisal.
CREATE TABLE seizures (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    certificate TEXT,
    date BIGINT NOT NULL,
    face BIGINT NOT NULL,
    currency TEXT NOT NULL,
    pieces BIGINT NOT NULL,
    serials TEXT NOT NULL,
    source TEXT NOT NULL,
    holder TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept_aside', 'asked', 'seized', 'appealed', 'genuine', 'counterfeit')),
    first_by TEXT,
    first_at BIGINT,
    second_by TEXT,
    second_at BIGINT,
    appeal_until BIGINT,
    appealed_at BIGINT,
    appraised_by TEXT,
    appraised_at BIGINT,
    appraisal TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX seizures_by_certificate ON seizures (certificate, book);

-- Damaged notes that were exchanged, each at what was given for it.
CREATE TABLE damaged_notes (
    book BIGINT NOT NULL,
    teller BYTES NOT NULL,
    date BIGINT NOT NULL,
    number BIGINT NOT NULL,
    piece BIGINT NOT NULL,
    face BIGINT NOT NULL,
    currency TEXT NOT NULL,
    left_per_mille BIGINT NOT NULL,
    crossed BIGINT NOT NULL,
    given BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, teller, date, number, piece)
) KEYED;

-- Blank vouchers (重空) by number: a range belongs to a drawer and is used from its beginning.
CREATE TABLE voucher_ranges (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    kind TEXT NOT NULL,
    drawer BYTES NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    next BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'asked', 'split')),
    asked_for BYTES,
    asked_last BIGINT,
    asked_by TEXT,
    received_by TEXT NOT NULL,
    received_with TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE INDEX voucher_ranges_of_drawer ON voucher_ranges (book, drawer, kind, first);

-- Each blank voucher that is no longer blank.
CREATE TABLE voucher_uses (
    book BIGINT NOT NULL,
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    of_range BYTES NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('used', 'voided')),
    reason TEXT NOT NULL,
    object TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, kind, number)
) KEYED;

-- What happens at a machine, written down before each order to it.
CREATE TABLE machine_visits (
    book BIGINT NOT NULL,
    id BYTES NOT NULL,
    machine BYTES NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'load', 'unload')),
    step TEXT NOT NULL,
    account BYTES,
    by_whom TEXT NOT NULL,
    notes TEXT NOT NULL,
    before TEXT NOT NULL,
    instruction BYTES,
    movement BYTES,
    asked TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    step_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    recovered BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, id)
) KEYED;
CREATE UNIQUE INDEX machine_visits_open ON machine_visits (book, machine) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX machine_visits_asked ON machine_visits (book, by_whom, asked) WHERE asked <> '';
