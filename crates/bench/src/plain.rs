//! The ledger that is usually written on PostgreSQL: one transfer a transaction, both accounts locked in the order of their
//! ids, an entry, two updates, a commit. Its tables have the least that such a ledger needs.
use crate::measure::{Speed, Times};
use crate::town::Town;
use kernel::clock::stopwatch;
use kernel::{Error, Id, Result, id::AccountId};
use postgres::{Client, NoTls, Statement};

const TABLES: &str = "CREATE TABLE plain_accounts (id BYTEA PRIMARY KEY, balance BIGINT NOT NULL CHECK (balance >= 0));
    CREATE TABLE plain_transfers (id BYTEA PRIMARY KEY, debit BYTEA NOT NULL, credit BYTEA NOT NULL, amount BIGINT NOT NULL,
        code TEXT NOT NULL, reference TEXT NOT NULL, at BIGINT NOT NULL);
    CREATE INDEX transfers_of_debit ON plain_transfers (debit, at);
    CREATE INDEX transfers_of_credit ON plain_transfers (credit, at);";

fn trouble(e: postgres::Error) -> Error {
    Error::broken("the plain ledger cannot be written").caused_by(e)
}

struct Clerk {
    client: Client,
    lock: Statement,
    insert: Statement,
    update: Statement,
}

impl Clerk {
    fn sit_down(url: &str, schema: &str) -> Result<Clerk> {
        let open = || {
            let mut client = Client::connect(url, NoTls)?;
            client.batch_execute(&format!("SET search_path TO {schema}"))?;
            let lock =
                client.prepare("SELECT balance FROM plain_accounts WHERE id IN ($1, $2) ORDER BY id FOR UPDATE")?;
            let insert = client.prepare("INSERT INTO plain_transfers VALUES ($1, $2, $3, $4, $5, $6, $7)")?;
            let update = client.prepare("UPDATE plain_accounts SET balance = balance + $2 WHERE id = $1")?;
            Ok(Clerk { client, lock, insert, update })
        };
        open().map_err(trouble)
    }

    fn transfer(&mut self, town: &mut Town, hot: Option<AccountId>) -> Result<()> {
        let now = kernel::Clock::system().now();
        let mut t = town.batch(now, 1).remove(0);
        t.credit = hot.filter(|hot| *hot != t.debit).unwrap_or(t.credit);
        let (id, debit, credit) = (t.id.bytes(), t.debit.bytes(), t.credit.bytes());
        let (id, debit, credit) = (id.as_slice(), debit.as_slice(), credit.as_slice());
        let amount = t.amount.minor;
        let mut work = || {
            let mut tx = self.client.transaction()?;
            tx.query(&self.lock, &[&debit, &credit])?;
            let texts = (t.code.as_ref(), t.reference.as_str());
            tx.execute(&self.insert, &[&id, &debit, &credit, &amount, &texts.0, &texts.1, &now.micros()])?;
            tx.execute(&self.update, &[&debit, &-amount])?;
            tx.execute(&self.update, &[&credit, &amount])?;
            tx.commit()
        };
        work().map_err(trouble)
    }
}

/// Makes the tables, with the town's accounts in them.
pub(crate) fn found(url: &str, schema: &str, town: &Town) -> Result<()> {
    let open = || {
        let mut client = Client::connect(url, NoTls)?;
        client.batch_execute(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema}; {TABLES}"))?;
        let ids: Vec<Vec<u8>> = town.accounts.iter().map(|id| id.bytes().to_vec()).collect();
        client.execute("INSERT INTO plain_accounts SELECT id, 1000000000 FROM UNNEST($1::bytea[]) AS u(id)", &[&ids])
    };
    open().map(|_| ()).map_err(trouble)
}

/// `clients` at once, `each` transfers a client; all of them pay `hot` when it is given.
pub(crate) fn measure(
    url: &str,
    schema: &str,
    town: &Town,
    clients: u64,
    each: u64,
    hot: Option<AccountId>,
) -> Result<Speed> {
    let clerks: Vec<Clerk> = (0..clients).map(|_| Clerk::sit_down(url, schema)).collect::<Result<_>>()?;
    let watch = stopwatch();
    let times = std::thread::scope(|scope| {
        let work = |(n, mut clerk): (u64, Clerk)| {
            let mut town = town.neighbour(n);
            scope.spawn(move || {
                let mut times = Times::default();
                (0..each).try_for_each(|_| times.take(|| clerk.transfer(&mut town, hot))).map(|()| times)
            })
        };
        let threads: Vec<_> = (0..).zip(clerks).map(work).collect();
        let joined = threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Error::broken("a client panicked"))));
        joined.collect::<Result<Vec<Times>>>()
    })?;
    let took = watch.elapsed().as_micros() as u64;
    let mut all = Times::default();
    times.into_iter().for_each(|t| all.merge(t));
    Ok(all.speed_within(1, took))
}
