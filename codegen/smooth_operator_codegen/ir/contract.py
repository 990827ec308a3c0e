"""The whole contract, and how its names are followed."""

from __future__ import annotations

from dataclasses import dataclass, field

from smooth_operator_codegen.ir.catalogue import (
    Action,
    Body,
    Capability,
    CloseCode,
    ErrorCode,
    Event,
    Interaction,
    Limit,
    LogKey,
    Metric,
    Route,
)
from smooth_operator_codegen.ir.shapes import (
    AliasDef,
    Definition,
    Named,
    ObjectDef,
    Resolved,
    Type,
)
from smooth_operator_codegen.ir.texts import (
    BuiltInTool,
    LexicalTables,
    Requirement,
    Sentence,
)


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that `spec/` says, ready to be printed in any language."""

    version: str
    protocol_version: str
    digest: str
    definitions: tuple[Definition, ...]
    actions: tuple[Action, ...]
    events: tuple[Event, ...]
    errors: tuple[ErrorCode, ...]
    capabilities: tuple[Capability, ...]
    interactions: tuple[Interaction, ...]
    close_codes: tuple[CloseCode, ...]
    limits: tuple[Limit, ...]
    metrics: tuple[Metric, ...]
    log_keys: tuple[LogKey, ...]
    routes: tuple[Route, ...]
    bodies: tuple[Body, ...]
    sentences: tuple[Sentence, ...]
    tools: tuple[BuiltInTool, ...]
    lexical: LexicalTables
    requirements: tuple[Requirement, ...]
    agents_file: str | None
    _by_name: dict[str, Definition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name: each for each in self.definitions})

    def definition(self, name: str) -> Definition:
        """The definition of that title; KeyError when there is none."""
        return self._by_name[name]

    def object(self, name: str) -> ObjectDef:
        """The object definition of that title; KeyError when it is none."""
        found = self.definition(name)
        if not isinstance(found, ObjectDef):
            raise KeyError(f"{name} is no object")
        return found

    def resolve(self, kind: Type) -> Resolved:
        """What a type comes down to: named scalars, lists and maps are followed to their end."""
        if not isinstance(kind, Named):
            return kind
        found = self.definition(kind.name)
        return self.resolve(found.type) if isinstance(found, AliasDef) else found
