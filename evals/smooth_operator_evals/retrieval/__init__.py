"""How well the knowledge base finds what a question needs."""
