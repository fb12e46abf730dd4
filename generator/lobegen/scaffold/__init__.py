"""Where the template is, what it would write, and how that reaches a project."""
