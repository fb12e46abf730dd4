"""The engine: runs rules over a project, applies selection and suppression."""
