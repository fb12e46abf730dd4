"""`lobegen run`: a scaffolded workflow, its application and a local QStash, from start to finish."""
