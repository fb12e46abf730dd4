"""The TypeScript front end (tree-sitter)."""
