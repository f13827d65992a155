"""The small house style: labels, chips, cards and the table that every screen is built from."""
