"""Hundreds of streams at once over connections that break: is anything lost, doubled or left open? `make soak`."""
