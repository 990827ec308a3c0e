"""The world around a server under test: model, tools, code delivery, keys."""
