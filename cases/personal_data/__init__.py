"""What the law says of a file: who opened it, how long it is kept, the rights of the person (DOMAIN §14)."""
