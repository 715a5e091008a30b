"""What people say of a case, a round, a practice or an artefact.

A comment changes nothing but itself: whoever may only comment has no power to decide. It is not in the search index:
it is read beside the passage it speaks of, and its few words would crowd out the works they are about.
"""
