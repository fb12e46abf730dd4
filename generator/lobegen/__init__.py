"""Scaffold and check Upstash Workflow code."""

__version__ = "0.1.0"
