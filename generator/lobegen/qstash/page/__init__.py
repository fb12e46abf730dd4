"""The local QStash's web page: what happened, as people look at it. It changes things through the public API only."""
