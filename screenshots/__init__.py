"""What `make screenshots` runs: the pictures of the main screens, from the demo data (see screens.py)."""
