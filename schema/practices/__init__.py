"""Best practices distilled from cases and rounds."""
