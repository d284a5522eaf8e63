//! A little bank behind a real server on a free port, everybody in it signed in, and a client that speaks raw HTTP.
use super::member::member;
use app::{Bank, Options};
use kernel::clock::{HOUR, SECOND};
use kernel::id::{AccountId, DeviceId, PendingId, PersonId, StaffId};
use kernel::{Actor, Channel, Clock, Currency, Date, Id, Money, Owner, Who};
use party::{GrantAsk, Origin, PasswordCost, Role, SignIn};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use store::Tx;
use tests::TempDir;
use web::{Server, Setting};

pub(super) const PASSWORD: &str = "lantern-anchor-4821";
pub(super) const AGENT: &str = "yizhan-test";
use super::founding::{CUSTOMERS, Found, OF_FIRMS, STAFF, card, found};
pub(super) use super::founding::{code, identity, login, system};
use super::furniture::{entry, ledger_funds, passkey, project_of};
use super::wire::Texts;
pub(super) use super::wire::{Answer, csrf_of, percent};

pub(super) struct House {
    pub bank: Bank,
    pub clock: Clock,
    pub address: SocketAddr,
    /// By letter: a session token, or `id:secret` of the program `p`.
    pub proofs: HashMap<char, String>,
    /// `$account` … of the cases.
    pub ids: HashMap<&'static str, String>,
    pub(super) texts: Texts,
    server: Option<Server>,
    _dir: TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.server.take().map(Server::stop);
    }
}

impl House {
    pub fn open() -> House {
        House::open_with(Texts { spoiled: false }, documents::Fonts::system())
    }

    /// The same with markup in every text that somebody wrote.
    pub fn spoiled() -> House {
        House::open_with(Texts { spoiled: true }, documents::Fonts::system())
    }

    pub fn with_fonts(fonts: documents::Fonts) -> House {
        House::open_with(Texts { spoiled: false }, fonts)
    }

    fn open_with(texts: Texts, fonts: documents::Fonts) -> House {
        let dir = TempDir::new();
        // A Monday at ten in the morning.
        let clock = Clock::manual(Date::parse("2026-03-02").expect("a date").begins().plus(10 * HOUR));
        let options = Options { synchronous: "OFF", ..Options::sqlite(dir.path()) }.memory_keys().clock(clock.clone());
        let options = Options { webhooks: app::webhooks::Policy { allow_private: true }, ..options };
        let options = Options { identity: Some(std::sync::Arc::new(super::kiosk::cards())), ..options };
        let recorder = std::sync::Arc::new(wealth::RecorderSimulator::default());
        let bank = Bank::open(options).expect("the bank opens").with_recorder(recorder);
        let found = bank.write(move |tx| found(tx, texts)).expect("the bank is founded");
        let server = web::Options::new("127.0.0.1:0".parse().expect("an address"));
        let setting = Setting { password_cost: PasswordCost::TEST, fonts, ..Setting::default() };
        let server =
            Server::start(bank.clone(), web::Options { setting, threads: 2, ..server }).expect("the server starts");
        let mut house = House {
            address: server.address(),
            bank,
            clock,
            proofs: HashMap::new(),
            ids: HashMap::new(),
            texts,
            server: Some(server),
            _dir: dir,
        };
        house.sign_everybody_in(&found);
        house.furnish(&found);
        house
    }

    fn sign_everybody_in(&mut self, found: &Found) {
        let names = CUSTOMERS.map(|(letter, name)| (letter, name.to_owned())).into_iter();
        for (letter, name) in names.chain(STAFF.map(|(letter, ..)| (letter, format!("staff-{letter}")))) {
            let token = self.sign_in(&name);
            if OF_FIRMS.contains(&letter) {
                let own = token.clone();
                let act = move |tx: &mut Tx<'_>| {
                    let person = party::session_view(tx, &own)?.actor(tx.now(), &origin())?.person().expect("a person");
                    let (firm, _) = party::firms_of(tx, person)?[0].clone();
                    party::act_for(tx, &own, Some(firm), &origin())
                };
                self.bank.write(act).expect("he acts for his firm");
            }
            self.proofs.insert(letter, token);
        }
        self.proofs.insert('p', format!("{}:{}", found.client.0, found.client.1));
    }

    /// A session for a name, made without the server.
    pub fn sign_in(&self, name: &str) -> String {
        let challenge =
            self.bank.read(|tx| party::sign_in_challenge(tx, name, &PasswordCost::TEST)).expect("a challenge");
        let (checked, code) = (challenge.check(PASSWORD), code(self.clock.now()));
        let done = self.bank.write(move |tx| party::sign_in_finish(tx, &checked, &code, &origin())).expect("an answer");
        match done {
            SignIn::Signed { token, .. } => token,
            SignIn::Refused => panic!("{name} was refused"),
        }
    }

    /// One more member of staff of the whole bank, signed in under `letter`.
    pub fn hire(&mut self, letter: char, role: Role, person: Option<PersonId>) {
        let name = format!("staff-{letter}");
        let login_name = name.clone();
        let hired = self.bank.write(move |tx| {
            let at = party::branch_of(tx, kernel::BookId::HEAD_OFFICE)?.id;
            let new = party::StaffNew { branch: at, number: format!("90{letter}"), name: name.clone(), person };
            let id = party::staff_join(tx, &system(), new)?;
            party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(at))?;
            login(tx, &name, Who::Staff(id))
        });
        hired.expect("somebody can be hired");
        let token = self.sign_in(&login_name);
        self.proofs.insert(letter, token);
    }

    pub fn actor(&self, letter: char) -> Actor {
        let token = self.proofs[&letter].clone();
        let actor = self.bank.read(|tx| party::session_actor(tx, &token, &origin())).expect("a session");
        Actor { stepped_up: true, ..actor }
    }

    /// A payment, a payment to another bank, a project with a pay sheet that waits for its checker, a notice, a webhook, a list entry.
    fn furnish(&mut self, found: &Found) {
        let Found { branch, firm, account, other, funds, .. } = *found;
        let (customer, texts) = (self.actor('c'), self.texts);
        let pay = |payee, yuan: i64| {
            let order = payments::Order::transfer(account, payee, Money::cny(yuan * 100)).fee_shown(Money::cny(5_000));
            let order = payments::Order { memo: texts.of("memo", ""), ..order };
            payments::submit(&self.bank.desk, &customer, order, None).expect("a receipt").instruction.to_string()
        };
        let payment = pay(payments::Payee::Account(other), 10);
        let paid = self.bank.read(|tx| payments::instruction(tx, &customer, payment.parse()?)).expect("the payment");
        let (payer, moved) = (customer.clone(), paid.transfer.expect("it was posted"));
        let receipt = self.bank.write(move |tx| app::receipts::issue(tx, &payer, account, moved)).expect("a receipt");
        let external = payments::Payee::External {
            bank: "990001000013".into(),
            number: "9900010000000018".into(),
            name: texts.of("payee", "王远"),
        };
        pay(external, 20);
        let memo = texts.of("line", "运费").replace('"', "\"\"");
        let rows = format!("周外行,6222021234567890,990001000013,1.00,\"{memo}\"\n周外行,1,990001000013,\"{memo}\",\n");
        let bytes = format!("收款人户名,收款账号,开户行,金额,附言\n{rows}").into_bytes();
        let (file_name, own_names) = (texts.of("batch", "付款") + ".csv", Vec::new());
        let upload = bulk::Upload { debit: funds, file_name, bytes, own_names };
        let bulk = bulk::take_in(&self.bank.store, &self.actor('k'), upload).expect("a file of payments").file;
        let own = customer.clone();
        let payee = self.bank.write(move |tx| {
            let [name, number, bank, nickname] = ["王远", "9900010000000018", "990001000013", ""].map(str::to_owned);
            let new = payments::PayeeNew { name, number, bank, nickname };
            let owner = Owner::Person(own.person().expect("a person"));
            payments::payee_put(tx, &own, owner, &new).map(|(_, id)| id.to_string())
        });
        let item = self.bank.read(|tx| {
            payments::clearing::list(
                tx,
                &Actor::system("clearing"),
                payments::clearing::State::Queued,
                &kernel::PageAsk::first(1),
            )
        });
        let item = item.ok().and_then(|page| page.items.first().map(|i| i.item.to_string()));
        let project = self
            .bank
            .write(move |tx| payroll::project_open(tx, &system(), project_of(texts, firm)))
            .expect("a project");
        self.bank.write(move |tx| ledger_funds(tx, branch, project)).expect("money");
        let import = self.import(project);
        let sheet = import.sheet.expect("a sheet");
        let clerk = self.actor('k');
        let approval = self
            .bank
            .write(move |tx| payroll::submit(tx, &clerk, sheet, &texts.of("note", "三月")))
            .expect("an approval");
        let reader = self.actor('k');
        let lines =
            self.bank.read(|tx| payroll::lines(tx, &reader, sheet, None, &kernel::PageAsk::first(1))).expect("lines");
        let (owner, courier) = (self.actor('o'), self.bank.webhooks.clone());
        let webhook = self.bank.write(move |tx| {
            let new = app::webhooks::NewWebhook {
                firm,
                url: "https://127.0.0.1/hook".into(),
                kinds: vec!["payment.*".into()],
            };
            app::webhooks::subscribe(tx, &owner, &courier, new).map(|(id, _)| id.to_string())
        });
        let admin = self.actor('g');
        let text = super::setting::version("2026-12-01", "0");
        let draft =
            self.bank.write(move |tx| approval::terms::keep(tx, &admin, "tariff", "new.toml", &text).map(|d| d.name()));
        let risk = self.actor('r');
        let entry = self
            .bank
            .write(move |tx| guard::add_entry(tx, &risk, entry(texts, tx)).map(|e| e.into_inner().id.to_string()))
            .expect("an entry");
        app::relay::pump(&self.bank.store).expect("events are passed on");
        let told = self.actor('c');
        let notices =
            self.bank.read(|tx| app::notices::list(tx, &told, false, &kernel::PageAsk::first(1))).expect("notices");
        let (clerk, owner) = (found.people[&'k'], found.people[&'c']);
        let member =
            self.bank.write(move |tx| member(tx, texts, branch, clerk, owner, firm)).expect("a member of staff");
        let passkey = passkey(self, &self.actor('c'));
        let terminal =
            self.bank.write(move |tx| super::kiosk::enrol(tx, branch, party::Variant::Tall)).expect("a machine");
        let session = self.proofs[&'c'].split('.').next().unwrap_or_default().to_owned();
        let face = member[0].parse::<StaffId>().expect("an id");
        let (call, tie) = super::elder::furnish(&self.bank, &self.actor('c'), account, face).expect("help and a tie");
        self.ids = HashMap::from([
            ("$call", call),
            ("$tie", tie),
            ("$account", account.to_string()),
            ("$other", other.to_string()),
            ("$funds", funds.to_string()),
            ("$firm", firm.to_string()),
            ("$crew_firm", found.crew.to_string()),
            ("$bureau_firm", found.bureau.to_string()),
            ("$far_firm", found.far.to_string()),
            ("$payment", payment),
            ("$bulk", bulk.to_string()),
            ("$payee", payee.expect("a payee")),
            ("$moved", moved.to_string()),
            ("$document", receipt.document.id.to_string()),
            ("$code", receipt.code.to_string()),
            ("$item", item.expect("an item under way to another bank")),
            ("$project", project.to_string()),
            ("$import", import.id.to_string()),
            ("$sheet", sheet.to_string()),
            ("$approval", approval.to_string()),
            ("$line", lines.items[0].line.to_string()),
            ("$worker", lines.items[0].worker.to_string()),
            ("$webhook", webhook.expect("a webhook")),
            ("$entry", entry),
            ("$draft", draft.expect("a new tariff")),
            ("$notice", notices.items[0].id.to_string()),
            ("$session", session),
            ("$passkey", passkey),
            ("$pending", PendingId::new(self.clock.now(), branch.book()).to_string()),
            ("$device", DeviceId::new(self.clock.now(), branch.book()).to_string()),
            ("$person", found.people[&'c'].to_string()),
            ("$branch", branch.to_string()),
            ("$member", member[0].clone()),
            ("$sign_in", member[1].clone()),
            ("$customers_login", member[2].clone()),
            ("$role", member[3].clone()),
            ("$user_role", member[4].clone()),
            ("$client", member[5].clone()),
            ("$neighbour", found.people[&'d'].to_string()),
            ("$terminal", terminal.terminal.to_string()),
        ]);
        let drawers = self.bank.write(move |tx| {
            let vault = till::set_up(tx, &system(), branch, Currency::CNY)?;
            let machine = till::machine_make(tx, &system(), branch, "M01", Currency::CNY)?;
            Ok([vault, till::till_make(tx, &system(), branch, "T01", Currency::CNY)?, machine])
        });
        let [vault, drawer, machine] = drawers.expect("a vault, a till and a machine").map(|d| d.to_string());
        self.ids.extend([("$vault", vault), ("$till", drawer), ("$machine", machine)]);
        app::machines::attach_simulators(&self.bank, None).expect("devices");
    }

    fn import(&self, project: kernel::id::ProjectId) -> payroll::Import {
        let clerk = self.actor('k');
        let team = format!("\"{}\"", self.texts.of("team", "钢筋一班").replace('"', "\"\""));
        let roster = "姓名,身份证号码,手机号码,班组,银行卡号,开户银行,合同编号,进场日期\n";
        let row = |n: usize| {
            format!(
                "工人{},{},13912345678,{team},{},沧溟银行,HT-1,2026-01-05\n",
                ["甲", "乙"][n],
                identity(200 + n),
                card(n)
            )
        };
        let text = format!("{roster}{}{}", row(0), row(1));
        let send = |what, text: String| {
            let upload = payroll::Upload {
                project,
                what,
                file_name: self.texts.of("file", "表") + ".csv",
                bytes: text.into_bytes(),
                accept_valid: true,
            };
            let import = payroll::import(&self.bank.store, &clerk, upload).expect("an import");
            let faults = self.bank.read(|tx| payroll::faults_csv(tx, &clerk, import.id)).expect("a list");
            assert_eq!(import.refused, 0, "{}", String::from_utf8_lossy(&faults));
            import
        };
        send(payroll::ImportFor::Roster, text);
        let head = "姓名,身份证号码,班组,出勤天数,基本工资,应发工资,社保,扣款合计,实发工资,银行卡号,开户行\n";
        let pay = |n: usize| {
            format!(
                "工人{},{},{team},26,8000,8000,100,100,7900,{},沧溟银行\n",
                ["甲", "乙"][n],
                identity(200 + n),
                card(n)
            )
        };
        let period = payroll::Period::parse("2026-02").expect("a period");
        let what = payroll::ImportFor::PaySheet {
            period,
            kind: payroll::Kind::Wage,
            number: 1,
            tag: String::new(),
            due_on: None,
        };
        send(what, format!("{head}{}{}", pay(0), pay(1)))
    }

    /// A case's text with the ids of this bank in it.
    /// Deposits of the customer's, a certificate, a draft of new rates; wealth products and what the customer has of them.
    pub fn save(&mut self) {
        let linked: AccountId = self.ids["$account"].parse().expect("an account");
        let desk = self.bank.desk.clone();
        let ids = self.bank.write(move |tx| {
            let open = |tx: &mut Tx<'_>, product: &str, term: &str, yuan: i64| {
                let (product, term, amount) = (product.into(), term.into(), Money::cny(yuan * 100));
                let ask = deposits::Open { linked, product, term, amount, rollover: deposits::Rollover::None };
                deposits::open(&desk, tx, &system(), &ask).map(|d| d.account.to_string())
            };
            let (term, notice) = (open(tx, "term", "1y", 1_000)?, open(tx, "notice.7d", "", 60_000)?);
            let until = tx.business_date()?.plus_days(30);
            let ask = deposits::ProofAsk { account: linked, amount: Money::cny(100), until, copies: 1 };
            let proof = deposits::proof_issue(tx, &system(), &ask)?.id.to_string();
            let text = "[[rate]]\nproduct = \"demand\"\nrate = \"0.10\"\neffective_from = \"2026-12-01\"\ndocument = \"挂牌\"\n";
            Ok([term, notice, proof, approval::terms::keep(tx, &system(), "deposit.terms", "new.toml", text)?.name()])
        });
        let names = ["$deposit", "$notice_deposit", "$proof", "$terms"];
        self.ids.extend(names.into_iter().zip(ids.expect("deposits")));
        super::furniture::wealth(self);
        super::site_cases::furnish(self);
        super::crew_cases::furnish(self);
        super::arrears_cases::furnish(self);
        super::end_cases::furnish(self);
    }

    pub fn fill(&self, text: &str) -> String {
        let mut names: Vec<_> = self.ids.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.into_iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }

    /// What a program sends to prove who it is: nothing for `n`.
    pub fn proof(&self, letter: char) -> Vec<(String, String)> {
        let own = |kind: &str, proof: String| vec![("Authorization".to_owned(), format!("{kind} {proof}"))];
        match letter {
            'n' => Vec::new(),
            'p' => own("Basic", data_encoding::BASE64.encode(self.proofs[&'p'].as_bytes())),
            letter => own("Bearer", self.proofs[&letter].clone()),
        }
    }

    pub fn program(&self, letter: char, method: &str, path: &str, body: &str) -> Answer {
        static KEYS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let key = format!("key-{}", KEYS.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let mut headers = self.proof(letter);
        headers.push(("Idempotency-Key".into(), key));
        if !body.is_empty() {
            headers.push(("Content-Type".into(), "application/json".into()));
        }
        self.ask(method, path, &headers, body.as_bytes())
    }

    /// A page as `letter` sees it.
    pub fn page(&self, letter: char, path: &str) -> Answer {
        self.ask("GET", path, &self.cookie(letter), b"")
    }

    pub fn cookie(&self, letter: char) -> Vec<(String, String)> {
        match self.proofs.get(&letter).filter(|_| letter != 'p') {
            Some(token) => vec![("Cookie".into(), format!("yz_session={token}"))],
            None => Vec::new(),
        }
    }

    /// Sends a form from the page that `letter` sees at `from`.
    pub fn form(&self, letter: char, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let proof = csrf_of(&self.page(letter, from));
        self.send_form(&self.cookie(letter), path, &proof, fields)
    }

    pub fn send_form(&self, headers: &[(String, String)], path: &str, proof: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields.iter().map(|(name, value)| format!("&{name}={}", percent(value))).collect::<String>();
        let mut headers = headers.to_vec();
        headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
        self.ask("POST", path, &headers, format!("csrf={proof}{pairs}").as_bytes())
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.0\r\nUser-Agent: {AGENT}\r\nContent-Length: {}\r\n", body.len());
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        request.push_str("\r\n");
        self.raw(&[request.as_bytes(), body].concat())
    }

    /// Sends bytes and reads until the server closes.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        self.send(bytes, false)
    }
    /// Sends bytes and says that no more will come: what is no whole request is over at once.
    pub fn fragment(&self, bytes: &[u8]) -> Answer {
        self.send(bytes, true)
    }

    fn send(&self, bytes: &[u8], no_more: bool) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).expect("a time limit");
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(bytes);
        if no_more {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let Some(end) = all.windows(4).position(|w| w == b"\r\n\r\n") else {
            return Answer { status: 0, headers: Vec::new(), body: all };
        };
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).unwrap_or(0);
        let split = |l: &str| l.split_once(':').map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()));
        Answer { status, headers: lines.filter_map(split).collect(), body: all[end + 4..].to_vec() }
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance(seconds * SECOND);
    }
}

pub(super) fn origin() -> Origin {
    Origin {
        channel: Channel::Api,
        address: "127.0.0.1".into(),
        agent: AGENT.into(),
        device_mark: String::new(),
        correlation: "test-0000".into(),
    }
}
