"""What people say of a case, a round, a practice or an artefact."""
