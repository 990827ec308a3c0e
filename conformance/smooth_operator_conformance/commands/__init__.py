"""Commands of rooms that the command line only knows by name; each imports its work lazily."""
