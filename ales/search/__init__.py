"""The search box: what was typed, how rows are found by it, how well they match (docs/search.md)."""
