"""What a workflow is: frozen dataclasses, no parser, no I/O."""
