"""Telephone systems: what they tell of calls, each in its own way, becomes ``models.telephony.CallEvent``."""
