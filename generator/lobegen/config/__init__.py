"""Settings: where they are found, what they may say, and errors that name file, key and the nearest spelling."""
