"""Check rule documents before somebody imports them: one code for each kind of fault."""
