"""Events and rules in ClickHouse, to see that the SQL of rules means what the engine does."""
