"""Calls that leave this service: to whom they may go, and the one client that makes them."""
