"""The log's proof: its lines are sealed in batches that hang together, so that a later change of one is found."""
