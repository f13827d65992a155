"""Whole files joined for administrators: read by a column map, candidates from a backend, decided by the desk's own gate."""
