"""Forms of the aids' room: they read what is typed; the operations judge it."""
