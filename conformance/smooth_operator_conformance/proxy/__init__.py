"""A proxy between any app and any server: passes every byte on, judges and records what it saw."""
