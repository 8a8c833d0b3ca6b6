"""Fixtures that other programs read, as they are: one module for each of these programs."""
