"""Setting departments up: from what a back-end says of itself to a manifest."""
