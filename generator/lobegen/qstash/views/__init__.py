"""Runs, messages and failures as they are shown."""
