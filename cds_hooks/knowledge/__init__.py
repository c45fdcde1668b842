"""Reads and checks the knowledge folder; all of it at start, or the service does not start."""
