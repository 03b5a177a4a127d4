"""Servers that the tests start: the official one, and one that answers whatever a test tells it to."""
