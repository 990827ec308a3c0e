"""Makes replayable scenarios of what a proxy saw."""
