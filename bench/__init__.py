"""Measurements of the running service; each compares it with a floor measured in the same run."""
