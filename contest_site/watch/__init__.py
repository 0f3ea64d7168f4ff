"""Watching over a running site: counts of a round, the state of its parts, alerts, and backups."""
