"""What other organisations did with a practice or a case."""
