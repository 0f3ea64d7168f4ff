"""Signals that people look into before prizes are given: found by SQL, decided by people, never punishing."""
