"""The Python front end (LibCST)."""
