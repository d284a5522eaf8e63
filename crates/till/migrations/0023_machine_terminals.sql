-- Which cash machine stands in which terminal of the lobby.
CREATE TABLE machine_terminals (
    book BIGINT NOT NULL,
    terminal BYTES NOT NULL,
    machine BYTES NOT NULL,
    linked_by TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, terminal)
) KEYED;
CREATE UNIQUE INDEX machine_terminals_by_machine ON machine_terminals (book, machine);
