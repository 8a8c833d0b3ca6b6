"""Many events at once: the values of a column are looked at once each, and few filters are asked."""
