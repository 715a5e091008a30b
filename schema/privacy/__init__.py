"""What Serra holds about oneself."""
