"""What Serra holds about a person: handing it out, erasing it, and letting go of it in time (docs/privacy.md)."""
