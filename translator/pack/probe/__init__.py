"""Questions that only a real FortiSIEM answers: rules and events to ask them, and what the answers mean."""
