"""Playing a case against a real server: sockets, timeline, the driver of the walk."""
