"""Cited formulas over facts."""
