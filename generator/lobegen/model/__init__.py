"""What a workflow is: frozen structs, no parser, no I/O."""
