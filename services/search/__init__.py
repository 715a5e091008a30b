"""What can be found, and the engine that finds it."""
