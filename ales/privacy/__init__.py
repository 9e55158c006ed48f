"""What the tables hold of people: why, for how long, and how it is cleared (DOMAIN §14)."""
