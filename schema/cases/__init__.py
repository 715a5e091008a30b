"""Co-creation cases, their versions and everything a version says."""
