"""Recurrence CDS: a CDS Hooks service for breast cancer recurrence."""

__version__ = "0.1.0"
