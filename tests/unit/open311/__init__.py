"""Tests of the kind open311 against a server of its own."""
