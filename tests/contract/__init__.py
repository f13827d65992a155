"""One suite that every kind of back-end must pass."""
