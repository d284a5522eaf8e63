-- From when on a project is under the rules of a site: attendance, review and signatures before anything is paid.
CREATE TABLE payroll_site_rules (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    put_by TEXT NOT NULL,
    put_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project)
) KEYED;

-- That the lines of a sheet with this hash may be submitted.
CREATE TABLE payroll_clearances (
    book BIGINT NOT NULL,
    sheet BYTES NOT NULL,
    lines_hash TEXT NOT NULL,
    cleared_by TEXT NOT NULL,
    cleared_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, sheet)
) KEYED;

-- A worker asks for the sites on whose rosters he stands.
CREATE INDEX payroll_workers_by_person ON payroll_workers (person, project);

-- Money of a wage account that is for named workers alone.
CREATE TABLE payroll_earmarks (
    book BIGINT NOT NULL,
    project BYTES NOT NULL,
    basis TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    given_back BIGINT NOT NULL,
    sheet BYTES,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, project, basis)
) KEYED;
