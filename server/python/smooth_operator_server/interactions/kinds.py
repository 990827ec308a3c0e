"""The kinds of card there are, in catalogue order."""

from __future__ import annotations

from smooth_operator_server.interactions.base import InteractionKind
from smooth_operator_server.interactions.choices import Choices
from smooth_operator_server.interactions.identity_intake import IdentityIntake

KINDS: tuple[InteractionKind, ...] = (IdentityIntake(), Choices())
