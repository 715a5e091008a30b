"""Files: reports, prototypes, templates, recordings, data."""
