"""Cards: the kinds of rich interaction, free of I/O."""

from smooth_operator_server.interactions.kinds import KINDS

__all__ = ["KINDS"]
