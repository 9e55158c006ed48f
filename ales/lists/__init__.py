"""What every list of rows shares: sorted columns, chosen columns, saved views (docs/components.md)."""
