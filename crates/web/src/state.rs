//! What all handlers share: the bank, the site, who is signed in, and how a handler reaches the database.
//!
//! The domain is synchronous, the server is not. [`Web::write`] hands a closure to the writer and waits without a thread;
//! [`Web::read`] and [`Web::run`] borrow a thread of the pool for blocking work. Payments have a way of their own
//! ([`Web::submit`]): a few threads prepare them on snapshots and pass them straight on to the writer.
use crate::door::SignInDoor;
use crate::http::limiter::{Allowance, Limiter};
use crate::pay::PayDesk;
use crate::sessions::Sessions;
use crate::view::Site;
use kernel::error::UNKNOWN_OUTCOME;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp, Who};
use parking_lot::Mutex;
use party::{PasswordCost, RelyingParty};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;
use store::{Once, Tx};
use tokio::sync::oneshot;

/// Names of payees that one person gets wrong: enough for misspelling, too few to try names on a number.
const MISNAMED_BY_PERSON: Allowance = Allowance { name: "payees named wrongly", burst: 10, per_minute: 1 };

/// The state of every handler; cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

pub(crate) struct Inner {
    bank: app::Bank,
    site: Arc<Site>,
    relying: RelyingParty,
    demo: bool,
    pub(crate) sessions: Sessions,
    pub(crate) door: SignInDoor,
    pub(crate) machines: crate::pages::kiosk::Tries,
    pub(crate) works: crate::pages::works::Works,
    pub(crate) readings: crate::readings::Readings,
    /// How often an address may ask whether a receipt is genuine.
    pub(crate) receipt_checks: Limiter,
    /// How often an address may complain, or look for the code of a complaint.
    pub(crate) complaints: Limiter,
    /// How often a person may name a payee wrongly.
    misnamed: Limiter,
    fonts: documents::Fonts,
    public_address: String,
    payments: PayDesk,
}

/// What differs between installations of the same bank.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Made-up data: the first page offers its files and its sign-in names.
    pub demo: bool,
    /// What checking a password costs; has to be that of the stored passwords so that unknown names take as long.
    pub password_cost: PasswordCost,
    /// The address people type, `https://bank.example`; `None` for `http://localhost` and the port that is listened on.
    /// Passkeys belong to it, and it stands on paper.
    pub public_url: Option<String>,
    /// Where fonts for documents are found.
    pub fonts: documents::Fonts,
    /// Languages that are being written are offered; see [`crate::words::young`].
    pub young_languages: bool,
}

impl Web {
    pub fn new(bank: app::Bank, site: Arc<Site>, relying: RelyingParty, setting: Setting) -> Web {
        let payments = PayDesk::start(bank.desk.clone());
        let door = SignInDoor::new(setting.password_cost);
        Web(Arc::new(Inner {
            bank,
            site,
            relying,
            demo: setting.demo,
            sessions: Sessions::default(),
            door,
            machines: Default::default(),
            works: Default::default(),
            readings: Default::default(),
            receipt_checks: Limiter::new(crate::pages::verify::CHECKS_BY_ADDRESS),
            complaints: Limiter::new(crate::pages::complaints::BY_ADDRESS),
            misnamed: Limiter::new(MISNAMED_BY_PERSON),
            fonts: setting.fonts,
            public_address: setting.public_url.clone().unwrap_or_default(),
            payments,
        }))
    }
    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
    pub fn bank(&self) -> &app::Bank {
        &self.0.bank
    }
    pub fn desk(&self) -> &payments::Desk {
        &self.0.bank.desk
    }
    pub fn site(&self) -> &Arc<Site> {
        &self.0.site
    }
    /// The bank as browsers know it, for passkeys.
    pub fn relying(&self) -> &RelyingParty {
        &self.0.relying
    }
    pub fn demo(&self) -> bool {
        self.0.demo
    }
    pub fn fonts(&self) -> &documents::Fonts {
        &self.0.fonts
    }
    pub fn public_address(&self) -> &str {
        &self.0.public_address
    }
    pub fn now(&self) -> Timestamp {
        self.0.bank.clock().now()
    }

    /// Runs `f` in a durable transaction. It is `Fn`, because it may be run again.
    pub async fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        let made = Arc::new(Mutex::new(None));
        let make = {
            let made = made.clone();
            move |tx: &mut Tx<'_>| f(tx).map(|t| *made.lock() = Some(t))
        };
        self.written(Box::new(make)).await?;
        taken(&made)
    }

    /// [`Web::write`] without its types, which would be compiled anew for each handler.
    fn written(&self, make: InTransaction) -> BoxFuture<Result<()>> {
        let (answer, outcome) = oneshot::channel();
        self.0.bank.store.write_then(make, move |done| drop(answer.send(done)));
        let lost = || Err(Error::new(&UNKNOWN_OUTCOME, "the writer stopped before it answered"));
        Box::pin(async move { outcome.await.unwrap_or_else(|_| lost()) })
    }

    /// Runs `f` on one snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(move |bank| bank.store.read(f)).await
    }

    /// Runs `f`, which makes transactions of its own, on a thread that may wait.
    pub async fn run<T: Send + 'static>(&self, f: impl FnOnce(&app::Bank) -> Result<T> + Send + 'static) -> Result<T> {
        let made = Arc::new(Mutex::new(None));
        let make = {
            let made = made.clone();
            move |bank: &app::Bank| f(bank).map(|t| *made.lock() = Some(t))
        };
        self.ran(Box::new(make)).await?;
        taken(&made)
    }

    /// [`Web::run`] without its types.
    fn ran(&self, f: OnThread) -> BoxFuture<Result<()>> {
        let bank = self.0.bank.clone();
        let lost = |e| Err(Error::broken("a handler's work ended without an answer").caused_by(e));
        Box::pin(async move { tokio::task::spawn_blocking(move || f(&bank)).await.unwrap_or_else(lost) })
    }

    /// `work` compares a payee's name with its account. Who got too many wrong waits before he learns anything more.
    pub async fn naming<T>(&self, actor: &Actor, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(person) = actor.person() else { return work.await };
        let key = person.to_string();
        self.0.misnamed.room(&key, self.now())?;
        let done = work.await;
        if done.as_ref().is_err_and(|why| why.code().name == payments::NAME_MISMATCH.name) {
            drop(self.0.misnamed.take(&key, self.now()));
        }
        done
    }

    /// Gives an order to the pipeline; see [`payments::submit`].
    pub async fn submit(
        &self,
        actor: &Actor,
        order: payments::Order,
        key: Option<String>,
    ) -> Result<payments::Receipt> {
        let (actor, order, key) = (Arc::new(actor.clone()), Arc::new(order), key.map(Arc::<str>::from));
        let taken = self.0.payments.submit(actor.clone(), order.clone(), key.clone());
        match self.naming(&actor, taken).await {
            Err(why) if payments::is_recorded(&why) => {
                self.write(move |tx| payments::refuse_in(tx, &actor, &order, key.as_deref(), &why)).await
            }
            done => done,
        }
    }

    /// [`Web::write`] that answers a repeated `key` with what it answered before. `what` names the command and `body` is
    /// the request it is recognised by.
    pub async fn write_once<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        asked: &Asked,
        f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let asked = asked.clone();
        self.write(move |tx| match asked.before(tx)? {
            Some(answer) => Ok(answer),
            None => {
                let answer = f(tx)?;
                asked.keep(tx, &answer)?;
                Ok(answer)
            }
        })
        .await
    }

    /// [`Web::run`] that answers a repeated `key` with what it answered before. Between the work and the keeping of its
    /// answer the process may end; what `f` does is therefore safe to repeat by itself.
    pub async fn run_once<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        asked: &Asked,
        f: impl FnOnce(&app::Bank) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if let Some(answer) = self.answered(asked).await? {
            return Ok(answer);
        }
        let answer = self.run(f).await?;
        self.keep_answer(asked, &answer).await?;
        Ok(answer)
    }

    /// What a request was answered that came before.
    pub async fn answered<T: DeserializeOwned + Send + 'static>(&self, asked: &Asked) -> Result<Option<T>> {
        let asked = asked.clone();
        self.read(move |tx| asked.before(tx)).await
    }

    /// Keeps what a request is answered, for when it comes again.
    pub async fn keep_answer(&self, asked: &Asked, answer: &impl Serialize) -> Result<()> {
        let (asked, text) = (asked.clone(), to_text(answer)?);
        self.write(move |tx| match asked.before_text(tx)? {
            Some(_) => Ok(()),
            None => asked.keep_text(tx, &text),
        })
        .await
    }
}

type InTransaction = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + Send>;
type OnThread = Box<dyn FnOnce(&app::Bank) -> Result<()> + Send>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn taken<T>(made: &Mutex<Option<T>>) -> Result<T> {
    made.lock().take().ok_or_else(|| Error::broken("a handler's work ended without its answer"))
}

/// A request that is recognised when it comes again: whose, by which key, for what, with which body.
#[derive(Clone)]
pub struct Asked {
    pub book: BookId,
    pub principal: String,
    pub key: String,
    pub what: &'static str,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn new(actor: &Actor, key: &str, what: &'static str, body: &impl Serialize) -> Result<Asked> {
        let body = serde_json::to_vec(body).map_err(|e| Error::broken("a request has no JSON form").caused_by(e))?;
        Ok(Asked { book: home(actor.who), principal: actor.principal(), key: key.into(), what, body })
    }
    fn before<T: DeserializeOwned>(&self, tx: &mut Tx<'_>) -> Result<Option<T>> {
        let kept = |text: String| {
            serde_json::from_str(&text).map_err(|e| Error::broken("a kept answer cannot be read").caused_by(e))
        };
        self.before_text(tx)?.map(kept).transpose()
    }
    fn before_text(&self, tx: &mut Tx<'_>) -> Result<Option<String>> {
        match tx.once(self.book, &self.principal, &self.key, self.what, &self.body)? {
            Once::Done(answer) => Ok(Some(answer)),
            Once::New => Ok(None),
        }
    }
    fn keep(&self, tx: &mut Tx<'_>, answer: &impl Serialize) -> Result<()> {
        self.keep_text(tx, &to_text(answer)?)
    }
    fn keep_text(&self, tx: &mut Tx<'_>, answer: &str) -> Result<()> {
        tx.answered(self.book, &self.principal, &self.key, self.what, &self.body, answer)
    }
}

fn to_text(answer: &impl Serialize) -> Result<String> {
    serde_json::to_string(answer).map_err(|e| Error::broken("an answer has no JSON form").caused_by(e))
}

/// The book where what a principal did once is kept.
fn home(who: Who) -> BookId {
    match who {
        Who::Person(p) | Who::ForFirm { person: p, .. } => p.book(),
        Who::Staff(s) => s.book(),
        Who::Client { client, .. } => client.book(),
        Who::System(_) | Who::Nobody => BookId(0),
    }
}
