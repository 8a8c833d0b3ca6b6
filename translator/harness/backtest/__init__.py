"""How often rules would have fired on stored events: files to batches, batches to totals."""
