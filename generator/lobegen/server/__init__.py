"""The language server: what `lobegen lint` finds, while it is typed."""

from lobegen.server.language_server import serve_stdio as serve_stdio
