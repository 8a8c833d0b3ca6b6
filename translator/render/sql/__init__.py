"""ClickHouse SQL of rules: a schema says where attributes are kept, a dialect what operators mean."""
