-- Numbers that lead to an account beside its own, such as card numbers: a keyed hash finds the account, the mask is for people.
CREATE TABLE number_routes (
    book BIGINT NOT NULL,
    number_index BYTES NOT NULL,
    account BYTES NOT NULL,
    masked TEXT NOT NULL,
    put_at BIGINT NOT NULL,
    ended_at BIGINT,
    seal BYTES NOT NULL,
    PRIMARY KEY (book, number_index)
) KEYED;
