"""Three-valued logic over facts: conditions, gates, the tier range."""
