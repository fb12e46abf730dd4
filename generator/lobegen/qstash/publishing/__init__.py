"""From a publish request to a message: what is read, refused, limited and accepted."""
