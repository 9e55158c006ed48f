"""Every event of money, chained by hashes that nobody rewrites unseen (docs/adr/0009-chained-journal.md)."""
