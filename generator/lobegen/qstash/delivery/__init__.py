"""One attempt: the signed request, HTTP, and what the answer says."""
