"""Faults on request, seeded and repeatable."""
