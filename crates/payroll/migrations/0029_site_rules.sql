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
