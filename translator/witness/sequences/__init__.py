"""Events in an order and with times, made from Sigma correlations."""
