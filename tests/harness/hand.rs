//! A hand that changes the database past the store, as an intruder or a careless administrator would.
use std::cell::RefCell;
use std::time::Duration;
use store::{Engine, Table};

/// Waits so long for a lock, in seconds.
const LOCK_WAIT_S: u64 = 10;

pub enum Hand {
    Sqlite(rusqlite::Connection),
    Postgres(Box<RefCell<postgres::Client>>),
}

impl Hand {
    pub fn reach(engine: &Engine) -> Hand {
        match engine {
            Engine::Sqlite(dir) => {
                let conn = rusqlite::Connection::open(dir.join("yizhan.db")).expect("the file opens");
                conn.busy_timeout(Duration::from_secs(LOCK_WAIT_S)).expect("a timeout can be set");
                Hand::Sqlite(conn)
            }
            Engine::Postgres { url, schema } => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).expect("PostgreSQL answers");
                client.batch_execute(&format!("SET search_path TO {schema}")).expect("a schema can be chosen");
                Hand::Postgres(Box::new(RefCell::new(client)))
            }
        }
    }

    /// Runs statements; the database's refusal comes back as text.
    pub fn tries(&self, sql: &str) -> Result<(), String> {
        match self {
            Hand::Sqlite(c) => c.execute_batch(sql).map_err(|e| e.to_string()),
            Hand::Postgres(c) => c
                .borrow_mut()
                .batch_execute(sql)
                .map_err(|e| e.as_db_error().map_or(e.to_string(), |d| d.message().into())),
        }
    }

    pub fn does(&self, sql: &str) {
        self.tries(sql).unwrap_or_else(|why| panic!("{sql}: {why}"));
    }

    pub fn count(&self, sql: &str) -> i64 {
        match self {
            Hand::Sqlite(c) => c.query_row(sql, [], |r| r.get(0)).expect("a number"),
            Hand::Postgres(c) => c.borrow_mut().query_one(sql, &[]).expect("a row").get(0),
        }
    }

    /// Another value than `column` has, as SQL.
    fn bent(&self, table: &str, column: &str) -> String {
        let postgres = matches!(self, Hand::Postgres(_));
        match self.type_of(table, column).as_str() {
            "integer" | "bigint" => format!("coalesce({column}, 0) + 1"),
            "text" => format!("coalesce({column}, '') || 'x'"),
            _ if postgres => format!("set_byte({column}, 0, get_byte({column}, 0) # 1)"),
            _ => format!(
                "unhex(CASE substr(hex({column}), 1, 2) WHEN '00' THEN '01' ELSE '00' END || substr(hex({column}), 3))"
            ),
        }
    }

    fn type_of(&self, table: &str, column: &str) -> String {
        match self {
            Hand::Sqlite(c) => {
                let sql = format!("SELECT lower(type) FROM pragma_table_info('{table}') WHERE name = '{column}'");
                c.query_row(&sql, [], |r| r.get(0)).expect("a column")
            }
            Hand::Postgres(c) => {
                let sql = "SELECT data_type::text FROM information_schema.columns \
                           WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2";
                c.borrow_mut().query_one(sql, &[&table, &column]).expect("a column").get(0)
            }
        }
    }

    fn first_row(table: &Table) -> String {
        let keys = table.columns[..table.keys].join(", ");
        format!("({keys}) IN (SELECT {keys} FROM {} ORDER BY {keys} LIMIT 1)", table.name)
    }

    /// Changes one column of the first row. `Err` when the database itself does not let it.
    pub fn bends(&self, table: &Table, column: &str) -> Result<(), String> {
        let is_key = table.columns[..table.keys].contains(&column);
        let bent = if is_key { self.far(table, column) } else { self.bent(table.name, column) };
        self.tries(&format!("UPDATE {} SET {column} = {bent} WHERE {}", table.name, Hand::first_row(table)))
    }

    pub fn deletes_first(&self, table: &Table) {
        self.does(&format!("DELETE FROM {} WHERE {}", table.name, Hand::first_row(table)));
    }

    /// Adds a row that is the first but for the last column of its key.
    pub fn forges(&self, table: &Table) -> Result<(), String> {
        let last = table.columns[table.keys - 1];
        let bent = format!("{} AS {last}", self.far(table, last));
        let select: Vec<String> =
            table.columns.iter().map(|c| if *c == last { bent.clone() } else { (*c).into() }).collect();
        let columns = table.columns.join(", ");
        let (select, row) = (select.join(", "), Hand::first_row(table));
        self.tries(&format!("INSERT INTO {0} ({columns}, seal) SELECT {select}, seal FROM {0} WHERE {row}", table.name))
    }

    /// Another value than any row has.
    fn far(&self, table: &Table, column: &str) -> String {
        match self.type_of(table.name, column).as_str() {
            "integer" | "bigint" => format!("{column} + 100000"),
            _ => self.bent(table.name, column),
        }
    }

    /// Keeps the table's rows aside.
    pub fn keeps(&self, table: &str) {
        self.does(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
    }
    /// Puts the kept rows back.
    pub fn puts_back(&self, table: &str) {
        self.does(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}"));
    }

    /// Takes the append-only triggers of a table away.
    pub fn disarms(&self, table: &str) {
        match self {
            Hand::Sqlite(_) => {
                self.does(&format!("DROP TRIGGER {table}_no_UPDATE; DROP TRIGGER {table}_no_DELETE"));
            }
            Hand::Postgres(_) => self.does(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")),
        }
    }
}
