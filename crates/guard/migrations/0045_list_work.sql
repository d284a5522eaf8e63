-- Entries of watch lists in the order of their end.
CREATE INDEX guard_list_entries_due ON guard_list_entries (valid_until, id) WHERE removed_at IS NULL;
