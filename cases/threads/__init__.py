"""Threads: what people write to one another about a case, or about what hangs on it."""
