"""A driver that ends before it was asked anything."""
