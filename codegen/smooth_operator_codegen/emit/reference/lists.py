"""The pages that list what the catalogue names: errors, capabilities, limits, operations."""

from __future__ import annotations

import json
from collections.abc import Mapping

from smooth_operator_codegen.emit.reference.fields import describe, examples, fields_table
from smooth_operator_codegen.emit.reference.markdown import code, page, table
from smooth_operator_codegen.ir import Contract, Interaction, Limit, Named, ObjectDef

_RETRY = {
    "never": "The same frame fails again.",
    "later": "The same frame may succeed later.",
    "after-change": "A changed frame may succeed.",
}


def errors_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Error codes and close codes."""
    rows = [
        [
            code(each.code),
            each.when if each.sent else f"{each.when} Read, never sent by our servers.",
            _RETRY[each.retry],
            "can end a turn" if each.ends_turn else "answers a frame",
        ]
        for each in contract.errors
    ]
    closes = [[str(each.code), code(each.name), each.when] for each in contract.close_codes]
    sample = [
        each
        for event in contract.events
        if event.type == "error"
        for each in examples(contract.object(event.schema))
    ]
    return page(
        contract,
        "Errors",
        "An `error` event carries one of these codes. New codes may come with a minor version:"
        " treat a code that you do not know as a failure of the frame.",
        [
            table(["Code", "When", "Try again?", "Effect"], rows),
            *sample,
            "## Close codes",
            table(["Code", "Name", "When"], closes),
        ],
    )


def capabilities_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Capabilities and cards."""
    rows = [
        [
            code(each.name),
            ", ".join(code(place) for place in each.declared_in),
            "yes" if each.announced else "no",
            each.doc,
        ]
        for each in contract.capabilities
    ]
    return page(
        contract,
        "Capabilities",
        "What a peer declares before it is shown anything beyond the published protocol.",
        [
            table(["Capability", "Declared in", "In `welcome`", "Meaning"], rows),
            "## Cards",
            "A card asks the visitor for something in a form. A client that can show one declares"
            " its capability in `supports` of `create_conversation_session`.",
            *(each for card in contract.interactions for each in _card(contract, card, where)),
        ],
    )


def _card(contract: Contract, card: Interaction, where: Mapping[str, str]) -> list[str]:
    found = [
        f"### {card.kind}",
        card.doc,
        f"Capability {code(card.capability)}; raised by the tool {code(card.raise_tool)}.",
    ]
    for name in (card.spec, card.values, card.payload):
        definition = contract.definition(name)
        found.append(f"**{name}**. {definition.doc}")
        if isinstance(definition, ObjectDef):
            found += [fields_table(definition, where), *examples(definition)]
        else:
            found.append(describe(Named(name), where))
    return found


def limits_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Limits, timers and the settings that move them."""
    welcome = [each for each in contract.limits if each.in_welcome]
    other = [each for each in contract.limits if not each.in_welcome]
    sample = {each.name: each.default for each in welcome}
    return page(
        contract,
        "Limits",
        "Defaults of every limit and timer, and the setting that changes each.",
        [
            "## Announced in `welcome.limits`",
            _limits(welcome),
            f"```json\n{json.dumps(sample, indent=2)}\n```",
            "## Others",
            _limits(other),
        ],
    )


def _limits(limits: list[Limit]) -> str:
    rows = [
        [
            code(each.name),
            code(json.dumps(each.default)) if each.default is not None else "",
            each.unit or "",
            code(each.setting) if each.setting else "fixed",
            each.doc,
        ]
        for each in limits
    ]
    return table(["Name", "Default", "Unit", "Setting", "Meaning"], rows)


def operations_page(contract: Contract, where: Mapping[str, str]) -> str:
    """Metrics, log keys, routes and HTTP bodies."""
    metrics = [
        [
            code(each.name),
            each.type,
            "; ".join(
                f"{code(name)}: {', '.join(map(code, values)) or 'any'}"
                for name, values in each.labels
            ),
            each.doc,
        ]
        for each in contract.metrics
    ]
    keys = [
        [code(each.name), "always" if each.always else "when known", each.doc]
        for each in contract.log_keys
    ]
    routes = [
        [code(f"{each.method} {each.path}"), str(answer.status), answer.body or "", answer.when]
        for each in contract.routes
        for answer in each.answers
    ]
    bodies = [[each.name, describe(Named(each.type), where), each.doc] for each in contract.bodies]
    return page(
        contract,
        "Operations",
        "What is contractual beside the frames, so that one dashboard fits every server.",
        [
            "## Metrics",
            table(["Metric", "Type", "Labels", "Meaning"], metrics),
            "## Log keys",
            table(["Key", "Presence", "Meaning"], keys),
            "## HTTP routes",
            table(["Route", "Status", "Body", "When"], routes),
            "## JSON beside the frames",
            table(["What", "Type", "Meaning"], bodies),
        ],
    )
