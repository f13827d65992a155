"""Adding a department: what its back-end says of itself becomes a manifest, which is tried before it is written."""
