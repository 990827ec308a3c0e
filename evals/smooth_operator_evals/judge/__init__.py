"""A language model that scores answers; only on request, and never without a key."""
