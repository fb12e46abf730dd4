"""Source to model: discovery, the two front ends, imports, SDK versions."""
