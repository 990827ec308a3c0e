"""Emits `codes.py` and `limits.py`: names, codes and defaults as constants."""

from __future__ import annotations

from collections.abc import Iterable

from smooth_operator_codegen.emit.python.layout import (
    docstring,
    frozen,
    header,
    literal,
    module,
    pretty,
    quote,
)
from smooth_operator_codegen.emit.python.names import constant
from smooth_operator_codegen.ir import Contract, EnumDef, Origin


def emit_codes(contract: Contract) -> str:
    """The text of `codes.py`; it imports nothing, so that a start pays nothing for it."""
    return module(
        header(contract, "Every name and code of the protocol, as plain constants.")
        + "\nfrom typing import Final\n\n"
        + f"PROTOCOL_VERSION: Final = {quote(contract.protocol_version)}\n"
        + f"SPEC_VERSION: Final = {quote(contract.version)}\n"
        + f"SPEC_HASH: Final = {quote(contract.digest)}",
        _names(
            "ActionName",
            "What a client may ask for.",
            ((constant(each.name), each.name, each.doc) for each in contract.actions),
        ),
        _names(
            "EventType",
            "What a server may send; newer servers may send more.",
            ((constant(each.type), each.type, each.doc) for each in contract.events),
        ),
        _names(
            "ErrorCode",
            "Why a frame or a turn failed; newer servers may send more.",
            ((constant(each.code), each.code, each.when) for each in contract.errors),
        ),
        _error_sets(contract),
        _names(
            "Capability",
            "What a peer can do, by name.",
            ((constant(each.name), each.name, each.doc) for each in contract.capabilities),
        ),
        _capability_sets(contract),
        _close_codes(contract),
        *(_enum(each) for each in _enums(contract)),
    )


def emit_limits(contract: Contract) -> str:
    """The text of `limits.py`."""
    values = "\n\n".join(
        f"{constant(each.name)}: Final = {literal(each.default)}\n"
        + docstring(f"{each.doc} Unit: {each.unit}. Setting: {each.setting}.", 0)
        if each.setting
        else f"{constant(each.name)}: Final = {literal(each.default)}\n"
        + docstring(f"{each.doc} Unit: {each.unit}.", 0)
        for each in contract.limits
        if each.default is not None
    )
    welcome = {each.name: each.default for each in contract.limits if each.in_welcome}
    return module(
        header(contract, "The defaults of every limit and timer.")
        + "\nfrom collections.abc import Mapping\nfrom typing import Final\n\n"
        + values
        + "\n\n"
        + pretty("WELCOME: Final[Mapping[str, int | float]] = ", welcome, 0)
        + "\n"
        + docstring("What `welcome.limits` holds on an unconfigured start, by its keys.", 0)
    )


def _names(name: str, doc: str, members: Iterable[tuple[str, str, str]]) -> str:
    body = "\n\n".join(
        f"    {key}: Final = {quote(value)}\n{docstring(each, 4)}" for key, value, each in members
    )
    return f"class {name}:\n{docstring(doc, 4)}\n\n{body}"


def _error_sets(contract: Contract) -> str:
    ending = [each.code for each in contract.errors if each.ends_turn]
    later = [each.code for each in contract.errors if each.retry == "later"]
    return "\n".join(
        [
            frozen("TURN_ENDING_ERRORS", ending),
            docstring("Codes that may end a turn, after its 202 and under its id.", 0),
            frozen("RETRYABLE_ERRORS", later),
            docstring("Codes after which the same frame may succeed later.", 0),
        ]
    )


def _capability_sets(contract: Contract) -> str:
    protocol = [each.name for each in contract.capabilities if "hello" in each.declared_in]
    announced = [each.name for each in contract.capabilities if each.announced]
    return "\n".join(
        [
            frozen("PROTOCOL_CAPABILITIES", protocol),
            docstring("Declared in `hello`; they hold for one connection.", 0),
            pretty("ANNOUNCED_CAPABILITIES: Final[list[str]] = ", announced, 0),
            docstring("What `welcome` may list, in the order of the catalogue.", 0),
        ]
    )


def _close_codes(contract: Contract) -> str:
    body = "\n\n".join(
        f"    {constant(each.name)}: Final = {each.code}\n{docstring(each.when, 4)}"
        for each in contract.close_codes
    )
    return f"class CloseCode:\n{docstring('Why a socket was closed.', 4)}\n\n{body}"


def _enums(contract: Contract) -> Iterable[EnumDef]:
    for each in contract.definitions:
        if isinstance(each, EnumDef) and each.origin is not Origin.AGENTS_FILE:
            yield each


def _enum(definition: EnumDef) -> str:
    doc = f"{definition.doc} Other values may come." if definition.open else definition.doc
    body = "\n".join(
        f"    {constant(value)}: Final = {quote(value)}" for value in definition.values
    )
    return f"class {definition.name}:\n{docstring(doc, 4)}\n\n{body}"
