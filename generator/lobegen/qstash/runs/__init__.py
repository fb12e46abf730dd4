"""What becomes of runs: their entries, their ends, who is told, what can still be done."""
