"""Who changed what: rows of history written by the database itself (docs/adr/0006-history.md)."""
