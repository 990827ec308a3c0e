"""Random action sequences against a real server, and an independent model of its answers."""
