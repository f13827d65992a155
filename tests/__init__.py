"""The tests of CivicDesk."""
