"""The audit log, from a look to its proof."""
