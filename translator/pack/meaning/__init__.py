"""Whether two rules fire on the same events, and if not, on which events only one of them does."""
