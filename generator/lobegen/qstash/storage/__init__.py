"""Where the state is kept: in memory, or in an SQLite file."""
