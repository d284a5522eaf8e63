//! The shapes of answers that the domain makes, one line each. A test holds every answer against its shape.
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Declares shapes: `Name "what it is" { field: kind, … }`. A kind is `text`, `id`, `time`, `date`, `int`, `flag`, `any`, the name of
/// another shape, or `[Name]`; with `?` it may be null.
macro_rules! shapes {
    ($($name:ident $says:literal { $($field:ident: $kind:tt $($null:literal)?),* $(,)? })*) => { $(
        #[doc = $says]
        pub struct $name;
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object = ObjectBuilder::new().description(Some($says));
                $(let object = object.property(name(stringify!($field)), maybe(kind!($kind), false $(|| !$null.is_empty())?)).required(name(stringify!($field)));)*
                Schema::Object(object.build()).into()
            }
        }
        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn schemas(parts: &mut Vec<(String, RefOr<Schema>)>) {
                let _ = &parts;
                $(parts_of!($kind, parts);)*
            }
        }
    )* };
}

macro_rules! kind {
    (text) => {
        plain(Type::String, "")
    };
    (id) => {
        plain(Type::String, "A typed id: four letters, `_`, 26 characters.")
    };
    (time) => {
        plain(Type::String, "UTC, `2026-11-21T14:45:57.000000Z`.")
    };
    (date) => {
        plain(Type::String, "`2026-11-21`")
    };
    (int) => {
        plain(Type::Integer, "")
    };
    (flag) => {
        plain(Type::Boolean, "")
    };
    (any) => {
        Schema::Object(Object::new()).into()
    };
    ([text]) => {
        Schema::Array(ArrayBuilder::new().items(plain(Type::String, "")).build()).into()
    };
    ([$name:ident]) => {
        Schema::Array(ArrayBuilder::new().items(Ref::from_schema_name($name::name())).build()).into()
    };
    ($name:ident) => {
        RefOr::<Schema>::Ref(Ref::from_schema_name($name::name()))
    };
}

macro_rules! parts_of {
    (text, $parts:ident) => {};
    (id, $parts:ident) => {};
    (time, $parts:ident) => {};
    (date, $parts:ident) => {};
    (int, $parts:ident) => {};
    (flag, $parts:ident) => {};
    (any, $parts:ident) => {};
    ([text], $parts:ident) => {};
    ([$name:ident], $parts:ident) => {
        parts_of!($name, $parts)
    };
    ($name:ident, $parts:ident) => {
        $parts.push(($name::name().into_owned(), $name::schema()));
        $name::schemas($parts);
    };
}

fn plain(of: Type, says: &str) -> RefOr<Schema> {
    let text = (!says.is_empty()).then(|| says.to_owned());
    Schema::Object(ObjectBuilder::new().schema_type(of).description(text).build()).into()
}

fn maybe(schema: RefOr<Schema>, null: bool) -> RefOr<Schema> {
    if !null {
        return schema;
    }
    let nothing = Schema::Object(Object::with_type(Type::Null));
    Schema::AnyOf(AnyOfBuilder::new().item(schema).item(nothing).build()).into()
}

/// A field's name as it is sent; `kind_` and its like are words that Rust keeps for itself.
fn name(field: &str) -> &str {
    field.trim_end_matches('_')
}

shapes! {
    Amount "An exact amount: digits with the decimals of its currency." { amount: text, currency: text }
    Session "A session that was begun. The token is shown this once." { token: text, session: id, name: text, who: text, roles: text, new_device: flag, first_password: flag }
    Me "Who calls, and as what." { principal: text, who: text, name: text, roles: text, firm: id "null", branch: id "null", stepped_up_seconds: int, first_password: flag, firms: [FirmRole] }
    FirmRole "A firm the person may act for." { firm: id, name: text, roles: [text] }
    Account "An account and what it holds." { account: id, number: text, name: text, purpose: text, currency: text, posted: Amount, available: Amount, held: Amount, opened_at: time, closed_at: time "null" }
    Proposed "What came of an order: `done`, `already_so`, or `asked` with the approval it waits for." { outcome: text, made: text "null", approval: id "null" }
    Restriction "An order on an account, in force until it is lifted." { number: int, kind: text, amount: Amount, queued: flag, basis: text, document: text, made_by: text, made_at: time, until: time "null", lifted_by: text "null", lifted_at: time "null", lifted_why: text "null" }
    Freeze "A freeze of a person or firm." { number: int, kind: text, basis: text, document: text, reason: text, from: time, until: time "null", frozen_by: text, frozen_at: time, released_by: text "null", released_at: time "null", release_document: text "null", release_reason: text "null", release_approved_by: text "null" }
    TierLimits "A person's tier and what it lets through." { person: id, tier: text, basis: text, balance_max: Amount "null", own_cap: Amount "null", allowances: [Allowance] }
    TariffVersion "A version of an entry of the tariff. Amounts in `bands` are minor units." { code: text, version: int, kind: text, operation: text, reach: text, channel: text "null", payer: text, currency: text, bands: [TariffBand], effective_from: date, effective_to: date "null", basis: text, document: text, name_zh: text, name_en: text, approved_by: text }
    TariffBand "The fee for amounts up to `up_to`: `fixed` and `rate` of the amount, at least `min`, at most `max`." { up_to: int "null", fixed: int "null", rate: text "null", min: int "null", max: int "null" }
    TariffReview "What a tariff text comes to; `draft` names it when it was kept." { draft: text "null", faults: [TermsFault], changes: [TariffChange], already: int }
    TariffChange "A new version beside the one it follows." { before: TariffVersion "null", after: TariffVersion }
    Allowance "What is done through some channels, how far it may go, and what of that is used." { channels: [text], functions: [text], per_transaction: Amount "null", per_day: Amount "null", used_today: Amount "null", per_year: Amount "null", used_this_year: Amount "null" }
    StatementLine "A line of a statement: money in is above zero." { transfer: id, at: time, business_date: date, value_date: date, kind: text, code: text, change: Amount, after: Amount, counterparty: id, reference: text, memo: text }
    StatementSum "How many lines, and what they come to." { lines: int, money_in: Amount, money_out: Amount }
    StatementMonth "A month of a statement." { month: text, lines: int, money_in: Amount, money_out: Amount }
    StatementFound "A line of a statement with its other side as the reader may know it; empty for the bank." { transfer: id, at: time, business_date: date, value_date: date, code: text, memo: text, change: Amount, after: Amount, other: text }
    Statement "An account over some days. `all` sums every line, `found` those that fit the search, newest first. `stopped_at`: there were more entries than one look passes, and sums and lines reach back to this time only." { account: id, from: date, to: date, opening: Amount, closing: Amount, all: StatementSum, found: StatementSum, months: [StatementMonth], items: [StatementFound], next: text "null", stopped_at: time "null" }
    Document "A receipt or statement that the bank issued. Anybody can check its code." { document: id, kind: text, account: id, about: text, code: text, issued_at: time, prints: int }
    ReceiptCheck "A genuine receipt, masked. `state` is `stands`, `reversed` or `returned`, the latter two since a time." { genuine: flag, kind: text, payer: text, payee: text, amount: Amount, date: date, state: text, since: time "null" }
    SessionSeen "A session that runs." { session: id, started_at: time, seen_at: time, acting_firm: id "null", device: id "null" }
    DeviceSeen "A device that was used." { device: id, first_seen_at: time, last_seen_at: time }
    Overview "One side of a customer, masked: `who`, `money`, `orders`, `wages` or `access`; the other lists are empty." { person: id, name: text, identity: text, tier: text, side: text, accounts: [Account], payments: [Payment], slips: [SlipLine], sessions: [SessionSeen], devices: [DeviceSeen] }
    FirmOverview "What a firm has and ordered." { firm: id, accounts: [Account], payments: [Payment] }
    Quote "The price of an order, before it is given." { fee: Amount, list_fee: Amount, saved: Amount, code: text, version: int, document: text, name_zh: text, name_en: text, valid_until: time }
    LegOutcome "What became of one leg; `code` is empty when it was posted." { reference: text, transfer: id, code: text }
    Receipt "What became of an order. `code` is empty unless it was refused." { instruction: id, state: text, code: text, reasons: [text], next: text, fee: Amount, transfer: id "null", approval: id "null", until: time "null" }
    Payment "An order that was taken in, and all that became of it." { instruction: id, kind: text, debit: id, payee: text, amount: Amount, fee: Amount, legs: int, reference: text, memo: text, channel: text, made_by: text, made_at: time, business_date: date, state: text, code: text, reasons: [text], approval: id "null", transfer: id "null", until: time "null", ended_by: text "null", ended_at: time "null", ended_why: text "null", reverses: id "null" }
    PaymentSeen "A payment, and how soon it was to arrive." { instruction: id, kind: text, arrival: text, debit: id, payee: text, amount: Amount, fee: Amount, legs: int, reference: text, memo: text, channel: text, made_by: text, made_at: time, business_date: date, state: text, code: text, reasons: [text], approval: id "null", transfer: id "null", until: time "null", ended_by: text "null", ended_at: time "null", ended_why: text "null", reverses: id "null" }
    BulkFile "A firm's file of payments, and how far it is." { file: id, debit: id, file_name: text, state: text, lines: int, total: Amount, fees: Amount, refused_rows: int, waiting: int, open: int, paid: int, failed: int, made_by: text, made_at: time, approval: id "null", started_by: text "null", started_at: time "null", ended_at: time "null", ended_why: text }
    BulkLine "A payment of a file, masked." { number: int, row: int, name: text, payee: text, amount: Amount, fee: Amount, memo: text, instruction: id, state: text, code: text, reason: text, settled_at: time "null" }
    BulkFinding "What is wrong in a cell, masked." { sheet: text, cell: text, row: int, column: text, value: text, severity: text, code: text, reason_zh: text, remedy_zh: text, reason_en: text, remedy_en: text }
    BulkSubmitted "`asked` with the approval it waits for, or `paying`." { outcome: text, approval: id "null" }
    PayeeKept "Somebody in the book; his number is masked." { payee: id, name: text, nickname: text, bank: text, number: text, added_at: time, times_paid: int, last_paid_at: time "null", last_amount: Amount "null" }
    TillNow "A teller's open day, and the drawers of his branch." { day: TillDay "null", drawers: [Drawer] }
    TillDay "A teller's day at a till." { drawer: id, teller: id, date: date, opened_at: time, opened_notes: any, last_number: int, closed_at: time "null", difference: Amount }
    TillBalance "A count beside the book; above zero is over." { booked: any, counted: any, difference: Amount, faces: [FaceDifference], candidates: [Candidate] }
    FaceDifference "Pieces of a face counted less booked." { face: Amount, pieces: int }
    Candidate "What may explain a difference; a higher `score` is likelier." { cause: text, number: int "null", booked: Amount, should_be: Amount, score: int }
    TillEntry "A line of a teller's journal. `number` counts his submissions of the day without a gap." { teller: id, date: date, number: int, drawer: id, kind: text, state: text, amount: Amount, notes_in: any, notes_out: any, account: id "null", shown: text, instruction: id "null", approval: id "null", code: text, overrides: [Override], of_number: int "null", memo: text, object: text, copies: int, made_at: time, ended_at: time "null", ended_by: text "null" }
    Override "A soft rule that was gone past, and why." { code: text, reason: text }
    TillAdvice "What is printed; copy 1 is the original." { entry: TillEntry, copy: int }
    Drawer "A place where cash is: what is counted in it and what the ledger says." { drawer: id, branch: id, kind: text, name: text, currency: text, notes: any, booked: Amount, holder: id "null", counted_on: date "null", counted_by: text "null", witnessed_by: text "null", counting: text "null", out_of_service: text "null" }
    DrawerMade "A drawer that was made, or there before." { drawer: id }
    Difference "Counted less booked." { difference: Amount }
    CashMove "Cash from one drawer to another." { movement: id, from: id, to: id, amount: Amount, notes: any, state: text, asked_by: text, asked_at: time, second_by: text "null", second_at: time "null", received_by: text "null", received_at: time "null" }
    MachineVisit "What a customer, or staff, did at a cash machine; `outcome` is empty while it goes on." { visit: id, machine: id, kind: text, step: text, notes: any, movement: id "null", began_at: time, ended_at: time "null", outcome: text, amount: Amount, recovered: flag }
    CashMachine "A cash machine by the book and by its own counters, part by part; null while it is at work or without power." { machine: id, branch: id, name: text, notes: any, booked: Amount, out_of_service: text "null", counters: any }
    MachineEmptying "A machine that is to be emptied by another." { movement: id, amount: Amount }
    CashCase "Cash over (above zero) or short, until two persons settled it." { case: id, drawer: id, date: date, source: text, amount: Amount, detail: text, candidates: [Candidate], customer: id "null", state: text, opened_by: text, opened_at: time, explanation: text, outcome: text "null", explained_by: text "null", settled_by: text "null", transfer: id "null" }
    Seizure "Counterfeit notes of one face, taken from one holder." { seizure: id, certificate: text "null", date: date, face: Amount, pieces: int, serials: [text], source: text, holder: text, state: text, first_by: text "null", second_by: text "null", appeal_until: date "null" }
    VoucherRange "Blank vouchers by number: those before `next` are no longer blank." { range: id, kind: text, drawer: id, first: int, last: int, next: int, state: text, asked_for: id "null", asked_last: int "null", asked_by: text "null", received_at: time }
    VoucherVoided "A voucher that is no longer blank." { kind: text, number: int, state: text, reason: text, at: time }
    CashAppointment "A large sum that will be drawn on a day." { appointment: id, account: id, amount: Amount, date: date, used_at: time "null", cancelled_at: time "null" }
    Appointment "A large sum that will be drawn." { appointment: id, account: id, amount: Amount, date: date }
    ChangedLine "A field a checker sees, before and after; `label` is a text key." { label: text, before: text, after: text }
    Approval "Something that waits for a second person. Send `hash` with the decision: it is what was shown." { approval: id, kind: text, summary: [ChangedLine], amount: Amount "null", maker: text, maker_name: text, note: text, made_at: time, expires_at: time, checkers: int, state: text, hash: text, first_by: text "null", first_at: time "null", decided_by: text "null", decided_at: time "null", reason: text, outcome: text }
    Decided "What a decision came to." { outcome: text, receipt: any, sheet: id "null", worker: id "null", grant: id "null" }
    Changed "`done`, or `already_so` when it was so before." { outcome: text }
    WageProject "A wage account's project." { project: id, firm: id, firm_name: text, contractor_name: text, profile: text, notice: text, name: text, tag: text, account_name: text, account_number: text, balance: Amount, in_clearing: Amount, workers: int, next_pay_day: date, next_pay_day_certain: flag }
    Worker "A worker on a roster; masked." { worker: id, name: text, identity: text, phone: text, team: text, contract: text, contract_on: date "null", entered_on: date, left_on: date "null", account: text, bank: text, standing: text }
    WorkerAdded "A worker, new on the roster or there before." { worker: id, already: flag }
    AccountOpened "An account opened through the employer." { worker: id, account: id, number: text }
    AccountsOpened "Accounts opened through the employer; empty when everybody has one." { opened: [AccountOpened] }
    WageImport "A file that was sent, and what came of it. `state` is `reading` until it was read to its end; `written` of `to_write` rows then tell how far it is, and are null when its reading broke off: accept it to go on." { import: id, project: id, subject: text, period: text, kind: text, number: int, tag: text, due_on: date "null", file_name: text, file_bytes: int, state: text, rows: int, valid: int, refused: int, already: int, faults: int, sheet: id "null", made_at: time, accepted_at: time "null", written: int "null", to_write: int "null" }
    WageFault "What is wrong in one cell of a file, and what to do." { number: int, sheet: text, cell: text, row: int, line: int "null", column: text, value: text, severity: text, code: text, reason_zh: text, remedy_zh: text, reason_en: text, remedy_en: text }
    SignedBy "A name and when." { name: text, at: time }
    EndedBy "A name, when and why." { name: text, at: time, reason: text }
    WageProgress "How far a pay run is." { sheet: id, state: text, lines: int, paid_lines: int, processing_lines: int, failed_lines: int, waiting_lines: int, net: Amount, paid: Amount, processing: Amount, failed: Amount, returned: Amount, more: flag, waits: text "null", code: text, reasons: [text] }
    WageSheet "A pay sheet, which is also its run. Send `payload_hash` with the order to pay." { sheet: id, project: id, project_name: text, firm_name: text, period: text, kind: text, number: int, tag: text, repay: flag, due_on: date, pay_on: date, pay_on_certain: flag, state: text, progress: WageProgress, drafted: SignedBy, submitted: SignedBy "null", checked: SignedBy "null", checkers: [SignedBy], may_check: flag, paying: SignedBy "null", ended: EndedBy "null", approval: id "null", payload_hash: text, import: id "null", due: Amount, deductions: Amount, net: Amount, enough: flag }
    WageLine "A worker's line of a sheet; masked." { line: id, number: int, row: int, worker: id, name: text, identity: text, team: text, due: Amount, deductions: Amount, net: Amount, account: text, bank: text, state: text, reason: text, reason_key: text, at: time "null", transfer: id "null", money_back: flag, repaid_by: id "null" }
    WageProof "Where a paid line stands in the journal." { line: id, instruction: id, transfer: id, journal_position: int, at: time, amount: Amount, to: text, hash: text }
    WageItem "A part of a wage." { key: text, label: text, deduction: flag, amount: int }
    SlipLine "A pay slip in a list." { line: id, project_name: text, employer: text, period: text, kind: text, number: int, net: Amount, state: text, at: time "null" }
    Slip "A pay slip." { line: id, project_name: text, tag: text, employer: text, payer: text, period: text, kind: text, number: int, worker: text, identity: text, team: text, days: int "null", hours: int "null", items: [WageItem], due: Amount, deductions: Amount, net: Amount, made_by: text, checked_by: text, paid_by: text, state: text, reason: text, paid_at: time "null", account: text, bank: text, proof: WageProof "null" }
    ApprovalAsked "What now waits for a second person." { approval: id }
    SheetMade "A sheet that was made." { sheet: id }
    Notice "What somebody was told; `kind` is the event's, `about` the id of the thing." { notice: id, kind: text, args: any, about: text, at: time, read_at: time "null" }
    Webhook "A subscription." { webhook: id, url: text, kinds: [text], made_by: text, made_at: time, failing_since: time "null", disabled_at: time "null", disabled_why: text "null" }
    WebhookMade "A subscription with its secret, which is shown this once: null when the request is repeated." { webhook: id, secret: text "null" }
    Delivery "An event on its way to a webhook." { pos: int, event: id, kind: text, state: text, tries: int, next_at: time "null", status: int "null", error: text, made_at: time, delivered_at: time "null" }
    GuardReason "Why the guard decided so." { rule: text, version: int, mode: text, action: text, score: int, customer: text, neutral: flag, detail: text, cleared: flag }
    GuardDecision "A decision of the guard." { decision: id, instruction: id, round: int, at: time, verdict: text, score: int, delay_until: time "null", reasons: [GuardReason], rule_set: text, cleared_by: text "null" }
    ListEntry "An entry of a list." { entry: id, list: text, subject: text, masked: text, reason: text, valid_from: time, valid_until: time, source: text, added_by: text, added_at: time }
    AuditEntry "An entry of the audit log." { pos: int, at: time, business_date: date, principal: text, on_behalf: text, roles: text, branch: text, channel: text, device: text, session: text, address: text, action: text, object: text, before: text, after: text, reason: text, approval: text, decision: text, correlation: text, result: text }
    ParkedEvent "An event that its consumer could not take." { consumer: text, pos: int, kind: text, aggregate: text, told_at: time, tries: int, next_at: time, error: text, waits_for_operator: flag }
    Parked "All parked events." { items: [ParkedEvent] }
    ClearingItem "A payment to another bank." { item: id, instruction: id, payee: text, amount: Amount, reference: text, state: text, reason: text "null", note: text, sendings: int, queued_at: time, sent_at: time "null", taken_at: time "null", ask_at: time "null", paid_at: time "null", returned_at: time "null", disputed_at: time "null", approval: id "null", resolved_by: text "null" }
    DayBlocker "What must be decided before the day can be closed." { book: any, branch: text, what: text, count: int }
    Day "The open business day." { business_date: date, blockers: [DayBlocker] }
    DayClosed "A day that was closed, and what was signed." { date: date, next: date, lines: int, heads: int, root: text, signature: text }
    DayClosing "What was signed, or what stands in the way." { closed: DayClosed "null", blocked: [DayBlocker] }
    Branch "A branch; `path` lists the books from the head office down to it." { branch: id, parent: id "null", path: text, code: text, kind: text, name_zh: text, name_en: text, address_zh: text, address_en: text, phone: text, opened_at: time }
    BranchMade "A branch that was opened." { branch: id }
    PersonMade "A customer, new on file or there before." { person: id, already: flag }
    Person "A customer, masked." { person: id, name: text, identity: text, phone: text, document: text, foreign: flag, tier: text, elder: flag }
    FirmMade "A firm, new on file or there before." { firm: id, already: flag }
    FirmOnFile "A firm." { firm: id, credit_code: text, name: text, kind: text, size: text, address: text, phone: text, registered_at: time, two_persons_for_rights: flag }
    StaffMember "A member of staff." { staff: id, branch: id, number: text, name: text, roles: [text], joined_at: time, left_at: time "null", login: id "null" }
    StaffMade "Somebody who joined." { staff: id }
    Limits "Limits in minor units of the currency." { currency: text, per_transaction_max: int, per_day_max: int, own_max: int, release_max: int }
    Grant "A role that somebody holds; with `deny` one that is taken from him." { grant: id, holder: id, holder_name: text, role: text, permission: text "null", branch: id "null", firm: id "null", limits: Limits, deny: flag, valid_from: time, valid_until: time "null", granted_by: text, approval: id "null" }
    Login "A sign-in name." { login: id, name: text, who: id, failures: int, paused_until: time "null", first_password: flag, made_at: time }
    StaffSeen "A member of staff, what he holds and his sign-in name." { staff: StaffMember, grants: [Grant], login: Login "null" }
    LoginMade "A sign-in name with its first password and the address of its authenticator, which are shown this once: null when the request is repeated." { login: id, first_password: text "null", authenticator: text "null" }
    RightsAsked "`asked`: a second person decides; `done`; or `already_so`." { outcome: text, approval: id "null", grant: id "null" }
    SessionsEnded "How many sessions there were." { ended: int }
    Client "A program of a firm." { client: id, firm: id, name: text, scopes: [text], currency: text, per_transaction_max: int, per_day_max: int, made_by: text, made_at: time, ended_at: time "null" }
    ClientMade "A program with its secret, which is shown this once: null when the request is repeated." { client: id, secret: text "null" }
    Face "A member of staff as customers see him." { staff: id, name: text, portrait: flag }
    OwnCallBack "A request to be called, as who asked sees it; whoever calls says the word." { call: id, topic: text, wish: text, phone: text, state: text, asked_at: time, promised_by: time, overdue_at: time "null", word_zh: text, word_en: text, caller: Face "null" }
    Help "Help by people." { phone: text, manager: Face "null", call_back: OwnCallBack "null" }
    CallBackQueued "A request to be called, as those see it who call." { call: id, customer: id "null", name: text, phone: text, elder: flag, topic: text, wish: text, state: text, asked_at: time, call_from: time, promised_by: time, overdue_at: time "null", taken_by: text "null", tries: int }
    CallBackTaken "The number to ring and the word to say; empty where somebody waits at a machine, whose name stands in the queue." { outcome: text, phone: text, word_zh: text, word_en: text }
    FamilyTie "What one person lets another see; `given`: the caller is the one who shows. An invitation that reaches no customer looks the same." { tie: id, given: flag, relation: text, name: text, phone: text, state: text, invited_at: time, answer_by: time, valid_until: time, ended_at: time "null" }
    LockTerms "What is locked; sums in fen." { all: flag, basics: flag, hours: any, ways: [text], payees: text, abroad: flag, per_payment: int "null", per_day: int "null" }
    Loosening "A looser lock that waits." { loosening: id, terms: LockTerms, asked_at: time, due_at: time }
    SafetyLock "A safety lock, and the looser one that waits." { terms: LockTerms, set_at: time "null", waiting: Loosening "null" }
    TrustedContact "Somebody who is told of delayed and stopped payments; `named`: by the caller." { tie: id, named: flag, relation: text, name: text, state: text, version: int, named_at: time, accepted_at: time "null", valid_until: time }
    FraudReport "A payee that a customer called a fraud." { report: id, payment: id, kind: text, payee: text, amount: Amount, state: text, said_at: time, due_at: time, owner: id "null", approval: id "null" }
    FraudReported "The report, and the lesson." { report: FraudReport, lesson: [text] }
    FamilyShare "An account in a tie." { account: id, level: text, alerts: flag }
    FamilyTieSeen "A tie and what is shared by it." { tie: FamilyTie, shares: [FamilyShare] }
    FamilyLook "A look that was taken." { look: id, account: id "null", level: text, looked_at: time }
    FamilyAccount "A shared account." { account: id, number: text, level: text, available: Amount }
    FamilyMovement "A movement, without the other side." { date: date, code: text, change: Amount }
    DepositProduct "A version of a product." { code: text, version: int, kind: text, name_zh: text, name_en: text, currency: text, holders: [text], day_count: text, minimum: Amount, keeps: Amount, draws: Amount, partial_draws: int, notice_days: int, sold_until: date "null", effective_from: date, document: text }
    TermRate "Per cent a year for a term." { term: text, rate: text }
    DepositOnSale "A product as it is sold today." { product: DepositProduct, rates: [TermRate] }
    Deposit "A deposit; its id is its account's." { deposit: id, owner: id, linked: id, product: text, version: int, term: text, principal: Amount, opened_principal: Amount, rate: text, began: date, matures: date "null", rollover: text, round: int, draws: int, paid: Amount, state: text, opened_at: time, closed_at: time "null" }
    DepositStep "A step in a deposit's life." { number: int, kind: text, day: date, amount: Amount, interest: Amount, tax: Amount, lost: Amount, rate: text }
    DepositNotice "Notice that an amount will be drawn." { number: int, amount: Amount, given_on: date, due_on: date, state: text }
    DepositLife "A deposit and every step of its life." { deposit: id, owner: id, linked: id, product: text, version: int, term: text, principal: Amount, opened_principal: Amount, rate: text, began: date, matures: date "null", rollover: text, round: int, draws: int, paid: Amount, state: text, opened_at: time, closed_at: time "null", steps: [DepositStep], notices: [DepositNotice] }
    OpenedAccount "An account that was opened, or the refusal with its reason." { account: id "null", number: text "null", owner: id, currency: text, opened_at: time "null", refusal: id "null", reason: text "null" }
    OpeningChoice "A choice of a question." { choice: text, zh: text, en: text }
    OpeningQuestion "A question before an account is opened." { question: text, zh: text, en: text, choices: [OpeningChoice] }
    OpeningQuestions "The questions in force." { version: int, effective_from: date, questions: [OpeningQuestion] }
    AccountOpening "What came of asking for an account; `flags` are what was odd." { opening: id, owner: id, branch: id, questions: int, flags: [text], outcome: text, account: id "null", reason: text "null", asked_by: text, asked_at: time, objection: id "null", lifted_at: time "null" }
    OpeningAnswer "An answer." { question: text, choice: text }
    OpeningFound "What the bank found by itself." { accounts: int, sharers: int, listed: flag }
    AccountOpeningSaid "What was asked, found and decided." { opening: AccountOpening, purpose: text, answers: [OpeningAnswer], closer: text, found: OpeningFound }
    DepositOffer "What a deposit would be if it were opened now." { amount: Amount, rate: text, began: date, matures: date "null", interest: Amount "null", rate_if_broken: text, available: Amount }
    DrawQuote "What a draw pays and costs." { account: id, amount: Amount, interest: Amount, tax: Amount, arrives: Amount, interest_if_kept: Amount, lost: Amount, rate: text, rate_if_kept: text, stays: Amount, days: int, matures: date "null", on: date }
    Drawn "What came of a draw." { account: id, amount: Amount, interest: Amount, tax: Amount, arrives: Amount, interest_if_kept: Amount, lost: Amount, rate: text, rate_if_kept: text, stays: Amount, days: int, matures: date "null", on: date, closed: flag }
    InterestEarned "What an account has earned and was not paid; `products` is balance × days, in minor units." { account: id, product: text, products: int, due: Amount, accrued: Amount, asleep: flag }
    InterestPaid "What was settled and paid." { account: id, paid: Amount }
    Passbook "A passbook." { account: id, number: int, voucher: text, lines_used: int, printed_to: int, issued_at: time }
    PassbookLine "A line as it is printed." { page: int, line: int, day: date, code: text, change: Amount, balance: Amount, pos: int }
    PassbookLines "The passbook in use and its lines." { account: id, number: int, voucher: text, lines_used: int, lines_left: int, printed_to: int, lines: [PassbookLine], more: flag }
    DepositProof "A certificate of deposit." { proof: id, account: id, amount: Amount, from: date, until: date, copies: int, issued_at: time, ended_at: time "null" }
    DepositRate "A rate from a day on, per cent a year." { product: text, term: text, rate: text, effective_from: date, document: text, approved_by: text }
    DepositTerms "Every version of a product and every rate." { products: [DepositProduct], rates: [DepositRate] }
    TermsFault "Something wrong in a text; line and column count from 1." { line: int, column: int, entry: text, field: text, code: text, why: text, fixed: flag }
    ProductChange "A new version and the one before." { before: DepositProduct "null", after: DepositProduct }
    RateChange "A new rate and the one before." { before: DepositRate "null", after: DepositRate }
    TermsReview "What a text of products and rates comes to." { draft: text "null", faults: [TermsFault], products: [ProductChange], rates: [RateChange], already: int }
    Health "Whether the server answers." { status: text }
    Terminal "A machine of a branch: `invited`, `enrolled`, `out_of_order` or `retired`, by whom and since when." { terminal: id, branch: id, name: text, place: text, variant: text, state: text, by: text, at: time, reason: text, seen_at: time "null" }
    Enrolment "A code that a machine is told; null when the same request is asked again." { terminal: id, code: text "null", until: time }
}

shapes! {
    Card "A card; its number masked. `sequence` is that of the plastic in use." { card: id, kind: text, owner: id, account: id "null", branch: id, state: text, number: text, sequence: int, expires: date "null", approval: id "null", applied_at: time, approved_at: time "null", frozen_at: time "null", lost_at: time "null", closed_at: time "null" }
    CardPlastic "A plastic of a card." { sequence: int, state: text, expires: date, ordered_at: time, produced_at: time "null", activated_at: time "null", dead_at: time "null", dead_why: text }
    CardStep "A step of a card's life." { number: int, step: text, state: text, sequence: int, channel: text, at: time, reason: text }
    CardLife "A card, its plastics and every step of its life." { card: id, kind: text, owner: id, account: id "null", branch: id, state: text, number: text, sequence: int, expires: date "null", approval: id "null", applied_at: time, approved_at: time "null", frozen_at: time "null", lost_at: time "null", closed_at: time "null", plastics: [CardPlastic], steps: [CardStep] }
    CardFound "`done`, or `asked` when a second person has to agree." { outcome: text, state: text, approval: id "null" }
    CardAsked "What waits for a second person." { outcome: text, approval: id }
    BlankCards "The blank cards of a branch; `coming` wait for the second count." { branch: id, blank: int, received: int, used: int, spoilt: int, coming: int }
    CreditItem "Something bought on credit, or an instalment that has come." { item: int, kind: text, posted: date, amount: Amount, unpaid: Amount, statement: int "null", disputed: date "null", merchant: text }
    CreditLine "A credit line and what is owed on it." { line: id, owner: id, limit: Amount, debt: Amount, charges: Amount, overpaid: Amount, asked: Amount, minimum_left: Amount, statement_day: int, items: [CreditItem] }
    CreditStatement "A statement of a credit card." { number: int, day: date, due: date, balance: Amount, overpaid: Amount, minimum: Amount, interest: Amount, late: Amount, fees: Amount }
    CardPin "That a PIN was set." { card: id, pin: text }
    CardDispute "A disputed item and how far it is." { item: int, posted: date, amount: Amount, merchant: text, raised_at: time, reason: text, proposed: text "null", decided: text "null", decided_at: time "null", given_back: Amount }
    CardOffer "What it costs to pay an item in parts: the fee of each, all fees, and the rate for a year." { periods: int, part: Amount, last: Amount, fee: Amount, fees: Amount, yearly: text }
    CardSpending "What was bought in a month, refunds taken off." { month: date, amount: Amount }
    CardRefund "What a merchant gave back." { purchase: id, reference: text, amount: Amount, transfer: id, at: time }
    CardPlan "The parts of a purchase, and the fee of each." { item: int, parts: [Amount], fee: Amount }
    ArrearsSummary "What stands open in a project: warnings by severity, cases, what is owed." { project: id, firm: id, firm_name: text, name: text, region: text, severe: int, high: int, middle: int, cases: int, owed: Amount, workers: int, next_pay_on: date "null" }
    ArrearsPlace "A place of a board." { region: text, projects: int, severe: int, warnings: int, owed: Amount }
    ArrearsTotals "What a board adds up to." { projects: int, workers: int, severe: int, high: int, middle: int, cases: int, owed: Amount, places: [ArrearsPlace] }
    WarningFigure "A figure of a warning: money, a day, a count, half days or words." { name: text, value: any }
    WageWarning "A warning of wages. `step` says whose turn it is: contractor, officer, manager, bureau; `next_at` when the next is told." { warning: id, project: id, firm: id, region: text, kind: text, about: text, severity: text, step: text, next_at: time "null", state: text, opened_at: time, figures: [WarningFigure], acting_note: text, ended_at: time "null", ended_why: text, case: id "null" }
    WageDismissal "Dismissed at once, or asked of a second person." { outcome: text, approval: id "null" }
    ArrearsCase "A case of wages in arrears. The main contractor settles `contractor_first` and takes `from_subcontractor` back; the owner of the works advances `owner_up_to`." { case: id, project: id, firm: id, contractor: id, region: text, about: text, state: text, step: text, workers: int, owed: Amount, paid: Amount, contractor_first: Amount, from_subcontractor: Amount, owner_up_to: Amount "null", opened_at: time, order_number: text, order_due_on: date "null", report_number: text, notice: text, closed_at: time "null" }
    BureauQuery "A bureau's look into an account (Decree 724, art. 40)." { query: id, project: id, reason: text, document: text, asked_at: time, approval: id, state: text, number: text, until: time "null", looks: int }
    AccountLook "What one look showed." { query: id, number: text, account_name: text, account_masked: text, balance: Amount, in_clearing: Amount, at: time }
    Complaint "A complaint of a worker, the telephone number masked." { complaint: id, region: text, project: id "null", place: text, words: text, phone: text, received_at: time, state: text, answer: text, case: id "null", files: int }
    ComplaintTaken "The code is answered once." { complaint: id, code: text }
    ComplaintProgress "How far a complaint is." { received_at: time, state: text, bureau: text, hotline: text, accepted_at: time "null", handled_at: time "null", closed_at: time "null", answer: text }
    MonthReportLine "What happened with one kind of warning in a month." { kind: text, severity: text, opened: int, cleared: int, dismissed: int, open: int }
    MonthReport "A month in a bureau's region." { bureau: text, region: text, period: text, lines: [MonthReportLine], cases_opened: int, cases_closed: int, workers: int, owed: Amount, paid: Amount, complaints: int, complaints_closed: int }
    Bureau "A labour bureau and the region it looks after." { bureau: id, firm: id, name: text, region: text, level: text, hotline: text }
    WealthProduct "A version of a wealth product. `risk` R1 to R5; `fee` in millionths of the net amount; who becomes `second_look_age` in the year of an order waits for a second look." { code: text, version: int, risk: text, name_zh: text, name_en: text, issuer_zh: text, issuer_en: text, about_zh: text, about_en: text, currency: text, minimum: Amount, step: Amount, sold_until: date "null", matures: date "null", redeem_days: int, cooling_hours: int, fee: int, second_look_age: int "null", effective_from: date, document: text }
    WealthValue "What a unit was worth at the end of a day: currency units, four decimals." { day: date, value: text }
    WealthOnSale "A product as it is sold today, with its newest value." { product: WealthProduct, value: WealthValue "null" }
    WealthChoice "An answer that may be given." { zh: text, en: text }
    WealthQuestion "A question about risk; answers are named by their place, from 0." { question: text, zh: text, en: text, choices: [WealthChoice] }
    WealthQuestions "The questions that are asked today." { version: int, valid_months: int, per_day_max: int, per_year_max: int, basis: text, questions: [WealthQuestion] }
    WealthAssessment "What somebody's answers came to: C1 to C5. It counts until the day before `valid_until`; of several the newest counts." { assessment: id, person: id, number: int, level: text, score: int, day: date, valid_until: date, channel: text, made_at: time }
    WealthQuote "What an order would come to today. `units` at the newest value, for orientation: the value of a later day counts." { product: WealthProduct, amount: Amount, fee: Amount, net: Amount, value: WealthValue "null", units: text "null", level: text "null", suits: flag, second_look: flag }
    WealthOrder "An order for units, or to give them back. `amount` of a redemption is known when it is paid." { order: id, holding: id, owner: id, product: text, kind: text, state: text, amount: Amount, fee: Amount, units: text, value: text "null", level: text "null", made_at: time, channel: text, recording: id "null", approval: id "null", cool_until: time "null", priced_on: date "null", pays_on: date "null", ended_at: time "null", ended_why: text }
    WealthHolding "What somebody has of a product; its id is its account of units." { holding: id, owner: id, linked: id, product: text, units: text, free_units: text, value: WealthValue "null", worth: Amount, cost: Amount, gain: Amount, waiting: Amount }
    WealthEntry "A movement of units." { number: int, order: id, kind: text, day: date, value: text, value_day: date, units: text, amount: Amount, fee: Amount, stands: text }
    WealthStatement "A holding, its movements and its orders, the newest first." { holding: WealthHolding, entries: [WealthEntry], orders: [WealthOrder] }
    WealthRecording "Sound and picture of a sale; `hash` proves which." { recording: id, person: id, product: text, branch: id, began_at: time, ended_at: time "null", hash: text "null", bytes: int, order: id "null" }
    WealthVersions "Every version of every wealth product." { products: [WealthProduct] }
    WealthProductChange "A new version and the one before." { before: WealthProduct "null", after: WealthProduct }
    WealthNavChange "A new value and the newest of an earlier day." { product: text, before: WealthValue "null", after: WealthValue, document: text }
    WealthReview "What a text of products and values comes to." { draft: text "null", faults: [TermsFault], products: [WealthProductChange], values: [WealthNavChange], already: int }
    SiteRegion "A region and its lowest wages." { region: text, zh: text, en: text, minimum_month: Amount, minimum_hour: Amount, from: date, shared_account: flag, certain: flag }
    Site "The works behind a wage account. `labour` is labour's part of the price; the labour officer is masked." { project: id, firm: id, profile: text, protected: flag, region: text, works_contract: text, signed_on: date, price: Amount, labour_bps: int "null", labour: Amount, begins_on: date, ends_on: date, address: text, owner_name: text, owner_firm: id "null", authority: text, hotline: text, legal_aid: text, pay_by: text, officer: text, board_code: text, made_at: time, amendments: int }
    SiteChanged "A field that was changed; people are masked." { field: text, before: text, after: text }
    SiteAmendment "A change of a site file." { number: int, changes: [SiteChanged], reason: text, made_at: time }
    SiteDeadline "Something that is done by a day." { kind: text, basis: text, due_on: date, done_on: date "null", late_days: int }
    SiteSchedule "When the owner pays: an amount each month, or a part of each month's progress." { number: int, amount: Amount "null", bps: int "null", day: int, from: text, until: text, document: text, state: text, approval: id, asked_at: time, decided_at: time "null", reason: text }
    SiteInstallment "A payment of the owner. It is late when its day has ended and it is not met in full." { number: int, schedule: int "null", top_up: id "null", month: text, due_on: date, amount: Amount, received: Amount, received_on: date "null", state: text, late: flag, told_at: time "null", report_number: text, reported_on: date "null" }
    SiteForecast "The next pay day: what is needed, what is there, what is due until then, what will be missing." { pay_on: date, basis: text, needed: Amount, balance: Amount, expected: Amount, short: Amount }
    SiteReport "A late installment and its report." { installment: int, due_on: date, rest: Amount, told_at: time, report_by: date, report_number: text, reported_on: date "null", late_days: int }
    SiteTopUp "More wage money, asked of the owner." { top_up: id, project: id, amount: Amount, why: text, due_on: date, document: text, state: text, approval: id, asked_at: time, decided_at: time "null", reason: text, installment: int "null" }
    Guarantee "A deposit or a bank's letter. `covers` is what it stands for today." { guarantee: id, project: id, contractor: id, form: text, amount: Amount, covers: Amount, account: id "null", issuer: text, letter: text, valid_from: date "null", valid_until: date "null", opened_at: time, ended: text "null", ended_at: time "null" }
    GuaranteeStanding "What a project must put aside and how far it is there. `late` when the first day or a refill has passed." { required: Amount, rate: text "null", why: [text], certain: flag "null", due_on: date "null", cash: Amount, letters: Amount, short: Amount, late: flag, refill: Amount "null", refill_by: date "null" }
    GuaranteeOpened "A guarantee that was opened." { guarantee: id }
    PayNotice "A labour bureau's notice. `state` is received, asked, called, paid, refused or settled." { notice: id, project: id, guarantee: id, bureau_name: text, number: text, officer: text, basis: text, issued_on: date, settle_order: text, settle_ordered_on: date, default_proof: text, defaulted_on: date, amount: Amount, workers: int, sheet: id "null", state: text, received_at: time, pay_by: date, late: flag, approval: id "null", claim: text, paid: Amount, paid_at: time "null", refill_by: date "null", came_back: Amount, refilled_at: time "null" }
    PayNoticeTaken "A notice that was taken in." { notice: id }
    CameBack "What went back into the deposit." { amount: Amount }
    SiteEnd "The end of a site. `step` is complete, pledge, notice, wait, close or closed; `in_the_way` the code of what keeps it from closing." { project: id, step: text, completed_on: date "null", completion_document: text, pledge_document: text, notice_text: text, notice_from: date "null", notice_until: date "null", days_left: int "null", open_objections: int, blocked: flag, in_the_way: text "null", approval: id "null", balance: Amount, closed_at: time "null", settled_on: date "null", kept_until: date "null" }
    SiteObjection "Somebody who says that he is still owed." { number: int, text: text, made_at: time, answer: text, answered_at: time "null" }
    SiteNotice "A site of one's own that is about to end; `until` is the first day on which it may be closed." { project: id, name: text, text: text, from: date, until: date }
    SiteObjected "An objection that was taken in." { number: int }
    PayLedgerLine "A line of the pay ledger; people masked, days and hours in hundredths." { period: text, name: text, identity: text, team: text, days: int "null", hours: int "null", due: Amount, deductions: Amount, net: Amount, state: text, paid_at: time "null", proof: text }
    LegalOrder "A legal document on a protected account. `state` is waiting, in_force, deducted, refused or lifted." { order: id, project: id, account: id, action: text, authority: text, document: text, officer: text, basis: text, article: text, amount: Amount, until: date "null", pay_to: id "null", state: text, entered_at: time, approval: id, decided_at: time "null", restriction: int "null", lifted_at: time "null", lift_document: text }
    LegalOrderEntered "A document that waits for a second person." { order: id }
    SiteTopUpAsked "A request that waits for the owner." { top_up: id }
    SitePart "A project's part of a shared wage account." { project: id, name: text, account_number: text, balance: Amount }
    SitePartNumber "A number under a shared wage account." { account_number: text }
    SiteBoard "What hangs at the gate (Decree 724, art. 34)." { project: id, code: text, profile: text, name: text, address: text, owner_name: text, contractor_name: text, owner_contact: text, owner_phone: text, contractor_contact: text, contractor_phone: text, officer_name: text, officer_phone: text, authority: text, region_zh: text, region_en: text, bureau_zh: text, bureau_en: text, hotline: text, legal_aid: text, minimum_month: Amount, minimum_hour: Amount, pay_day: int, next_pay_day: date, notice_zh: text, notice_en: text }
    Crew "A crew of a site. `firm` is the subcontractor; without one it is the main contractor's own." { crew: id, project: id, project_name: text, firm: id "null", firm_name: text, team: text, contact: text, contract: text, from_on: date, ended_on: date "null" }
    CrewMade "A crew that was added." { crew: id }
    CaseEntry "What happened in a case: `what` is its step or `note`; with a paper, the name of its file." { number: int, at: time, by: text, what: text, note: text, file_name: text "null" }
    CaseNoted "The number of the entry that a note became." { number: int }
    AttendanceFile "A file of attendance, and what came of it. `state` is read (what is not refused waits for its acceptance), accepted or rejected." { attendance: id, project: id, crew: id "null", period: text, file_name: text, file_bytes: int, state: text, rows: int, people: int, refused: int, already: int, strangers: int, faults: int, made_at: time, accepted_at: time "null" }
    PaperSent "A scan that was taken; `paper` is what it is called by." { paper: text }
    SignaturePaper "A scan of signatures: the numbers of its lines, who sent it, who compared it, or why it was refused." { paper: text, file_name: text, kind: text, lines: any, sent_by: text, sent_at: time, checked_by: text, checked_at: time "null", refused_reason: text }
    AttendanceTaken "What rows of attendance came to: workers, how many of them changed, and people who are on no roster." { people: int, changed: int, already: int, strangers: int }
    HeadCount "Heads of a day: workers of the roster, and strangers." { day: date, present: int, strangers: int }
    Stranger "Somebody who was on the site and is on no roster of it, masked." { name: text, identity: text, first_on: date, last_on: date, days: int }
    CrewMonth "A crew's month. Send `hash` with the review." { workers: int, half_days: int, hash: text, reviewed_at: time "null", items: [CrewMonthRow], next: text "null" }
    CrewMonthRow "A worker's month: half hours of day 1 to 31, and the half days they make; masked." { worker: id, name: text, identity: text, days: any, half_days: int, source: text, changed_at: time }
    CrewSheet "A pay sheet on its way. Send `payload_hash` with the clearance." { sheet: id, project: id, project_name: text, crew: id "null", team: text, period: text, kind: text, number: int, step: text, state: text, lines: int, due: Amount, deductions: Amount, net: Amount, paid: Amount, payload_hash: text, drafted_by: text, drafted_at: time, asked_at: time "null", submitted_by: text, submitted_at: time "null", returned_reason: text, cleared_by: text, cleared_at: time "null", clearance_note: text }
    CrewSaid "What the workers of a sheet said." { lines: int, signed: int, on_paper: int, paper_waits: int, objected: int, answered: int, waiting: int, not_reachable: int, days_unexplained: int }
    CrewSheetSaid "A pay sheet, and what its workers said." { sheet: CrewSheet, said: CrewSaid }
    CrewLine "A line with what its worker said. Days in hundredths, attendance in half days; masked." { line: id, number: int, worker: id, name: text, identity: text, team: text, days: int "null", attended_half_days: int "null", due: Amount, deductions: Amount, net: Amount, word: text, signed_at: time "null", objection: id "null", days_above: flag, not_reachable: text, days_reason: text }
    CrewProof "The proof that a subcontractor gets." { proof: CrewProofHead, items: [CrewProofLine], next: text "null" }
    CrewProofHead "What was paid, on whose behalf, by whom and when; `hash` covers every paid line." { sheet: id, project: id, project_name: text, crew: id "null", team: text, period: text, kind: text, number: int, step: text, state: text, lines: int, due: Amount, deductions: Amount, net: Amount, paid: Amount, payload_hash: text, drafted_by: text, drafted_at: time, asked_at: time "null", submitted_by: text, submitted_at: time "null", returned_reason: text, cleared_by: text, cleared_at: time "null", clearance_note: text, paid_by_firm: text, on_behalf_of: text, account_name: text, checked_by: text, checked_at: time "null", paid_by: text, paid_at: time "null", paid_lines: int, failed_lines: int, failed: Amount, hash: text }
    CrewProofLine "A line of a proof, masked." { line: id, number: int, name: text, identity: text, net: Amount, account: text, state: text, at: time "null", instruction: id "null", transfer: id "null" }
    MyWageLine "One's own line of a pay sheet. Send `hash` with the signature. `attended` holds half hours of day 1 to 31, or nothing." { line: id, project_name: text, employer: text, payer: text, period: text, kind: text, number: int, team: text, days: int "null", hours: int "null", items: any, due: Amount, deductions: Amount, net: Amount, attended_half_days: int "null", attended: any, hash: text, word: text, signed_at: time "null", objection: Objection "null", open: flag, state: text, paid_at: time "null" }
    Objection "What a worker says is wrong with his line, and the answer. `complaint_code` is shown to himself alone." { objection: id, line: id, sheet: id, crew: id "null", worker: text, identity: text, team: text, net: Amount, kind: text, text: text, claimed: Amount "null", claimed_half_days: int "null", made_at: time, answer: text "null", answer_text: text, answered_by: text, answered_at: time "null", taken_further_at: time "null", may_go_further: flag, complaint_code: text }
    ObjectionMade "An objection that was made." { objection: id }
    AuthorityOrder "A document of an authority and what became of it. `officers` are masked; `confirm_by` is of an emergency stop." { order: id, subject: id, account: id "null", kind: text, authority: text, authority_name: text, document: text, basis: text, officers: text, amount: Amount "null", keep: Amount "null", payee: text, target: id "null", grave: flag, silent: flag, state: text, received_at: time, entered_by: id, entered_at: time, approval: id, decided_by: id "null", decided_at: time "null", place: int, confirm_by: time "null", until: time "null", taken: Amount, ended_at: time "null", ended_why: text }
    AuthorityLook "A look under an order." { number: int, what: text, account: id "null", from: date "null", to: date "null", rows: int, looked_by: id, looked_at: time }
    AuthorityAnswer "What was told, and the number under which it is kept." { number: int, answer: any }
    FraudCase "A case of the guard. `desk` answers for it; `worked_minutes` is officers' time." { case: id, subject: id, about: text, typology: text, skill: text, severity: text, branch: id, desk: id, alerts: int, opened_at: time, due_at: time, state: text, officer: id "null", worked_minutes: int, outcome: text "null", closed_at: time "null" }
    Report "A report of a large sum, or of suspicion: then with `words`, when it is asked for alone. `state` is open, reviewed, released, sent or left_out." { report: id, kind: text, subject: id, day: date, way: text "null", amount: Amount, movements: int, act: text, corrects: id "null", branch: id, due_on: date, state: text, verdict: text "null", sent_at: time "null", receipt: text, words: text "null" }
    FraudAppeal "An objection or complaint and its clock." { appeal: id, kind: text, instruction: id "null", urgent: flag, state: text, made_at: time, due_at: time, decided_at: time "null" }
    PasskeyQuestion "What a passkey is asked: `publicKey` of WebAuthn, bytes in URL-safe base64. `pending` and `ticket` come back with the answer." { pending: id, ticket: text "null", options: any }
    Passkey "A passkey of one's own; `suspect_at` stops it." { passkey: id, name: text, made_at: time, used_at: time "null", suspect_at: time "null" }
    PasskeyMade "A passkey that was kept." { passkey: id }
    Profile "What the bank knows of whoever calls, masked, and what he prefers." { person: id, name: text, identity: text, phone: text, address: text, tier: text, language: text "null", edition: text "null" }
    ProfileRevealed "One's own name, number and address in the clear." { name: text, phone: text, address: text }
    Consent "A text that one is asked to agree to, and whether one did." { purpose: text, version: int, effective_from: date, required: flag, sensitive: flag, title_zh: text, title_en: text, why_zh: text, why_en: text, data_zh: text, data_en: text, without_zh: text, without_en: text, kept_zh: text, kept_en: text, basis: text, given: flag, given_version: int "null", given_at: time "null" }
    ConsentSaid "A consent that was given; `ended_at` when it was taken back or followed by another version." { consent: id, purpose: text, version: int, given_at: time, given_by: text, channel: text, ended_at: time "null", ended_by: text "null" }
}
