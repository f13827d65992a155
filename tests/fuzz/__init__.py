"""Fuzzing of every parser of what comes from outside; inputs that once broke one are kept in ``seeds``."""
