"""Fakes that implement a port, and real servers and databases that the tests start."""
