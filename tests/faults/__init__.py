"""Tests of what goes wrong: departments, stores, networks, processes."""
