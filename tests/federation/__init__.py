"""A federated city: people as they are, and as twelve registers know them. It models how registers err, and knows no joiner."""
