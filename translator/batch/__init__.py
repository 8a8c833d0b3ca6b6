"""Many files in one run: several processes, a cache of what did not change, always the same result."""
