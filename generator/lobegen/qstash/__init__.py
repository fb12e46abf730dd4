"""A local QStash that speaks the wire protocol of Upstash Workflow; knows nothing of the rest of lobegen."""
