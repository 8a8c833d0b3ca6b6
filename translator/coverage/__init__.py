"""An account of many rules: what became of each, and what is missing to do better."""
