"""Turns the bundled schema into pydantic models with datamodel-code-generator, in process."""

from __future__ import annotations

from smooth_operator_codegen.emit.python.bundle import bundle
from smooth_operator_codegen.emit.python.layout import header, module
from smooth_operator_codegen.ir import Contract

BASE = "smooth_operator.protocol.base"


def emit_models(contract: Contract) -> str:
    """The text of `models.py`: one class per object, its title as the name."""
    # Slow to import, and needed for this one file only.
    from datamodel_code_generator import Formatter, LiteralType, PythonVersion, generate
    from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes

    text = generate(
        bundle(contract),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        formatters=[Formatter.BUILTIN],
        builtin_format_line_length=100,
        custom_file_header=header(contract, "Pydantic models of everything on the wire.").split(
            "\n\nfrom __future__"
        )[0],
        base_class=f"{BASE}.WireModel",
        import_overrides={"StrictInt": BASE},
        strict_types=[
            StrictTypes.str,
            StrictTypes.bool,
            StrictTypes.float,
            StrictTypes.int,
        ],
        disable_timestamp=True,
        # Annotations that stand as they are import a third faster than ones kept as text.
        disable_future_imports=True,
        enum_field_as_literal=LiteralType.All,
        field_constraints=True,
        snake_case_field=True,
        strict_nullable=True,
        use_annotated=True,
        use_double_quotes=True,
        use_field_description=True,
        use_inline_field_description=True,
        use_schema_description=True,
        use_single_line_docstring=True,
        skip_root_model=True,
        use_standard_collections=True,
        use_union_operator=True,
    )
    assert isinstance(text, str)
    return text.rstrip() + "\n"


def emit_base(contract: Contract) -> str:
    """The text of `base.py`: what every model shares."""
    return module(header(contract, "What every model of the wire shares."), _BASE)


_BASE = '''
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _whole(value: Any) -> Any:
    """`10.0` is an integer on the wire; a boolean and a text are none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be an integer")
    return value


StrictInt = Annotated[int, BeforeValidator(_whole)]


class WireModel(BaseModel):
    """A JSON object; attributes are snake_case, the wire's spelling is the alias.

    Validators are built at the first use of a class, which keeps the import cheap.
    """

    model_config = ConfigDict(
        defer_build=True,
        populate_by_name=True,
        protected_namespaces=(),
    )

    def wire(self) -> dict[str, Any]:
        """The object as it travels: constants included, keys that were never set left out."""
        fixed = {
            each.alias or name: each.default
            for name, each in type(self).model_fields.items()
            if len(get_args(each.annotation)) == 1
            and get_origin(each.annotation) is Literal
            and not each.is_required()
        }
        return {**fixed, **self.model_dump(by_alias=True, exclude_unset=True)}
'''
