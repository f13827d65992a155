"""What CivicDesk itself keeps: contacts, drafts and the audit log.

``models.store.errors`` needs no database library; everything else here is imported when the store is opened.
"""
