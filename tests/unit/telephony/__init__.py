"""Telephone systems, each in its own way, and the desk that hears them."""
