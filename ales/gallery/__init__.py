"""The page of the components: each with its options and examples (/composants/, demo mode)."""
