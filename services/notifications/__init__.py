"""What people are told of, each in an inbox of their own."""
