"""An attribute as expressions of SQL: its value, and whether the event has it. None of them is ever NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from translator.errors import Refused
from translator.render.sql.quoting import quote, quote_name
from translator.render.sql.schema import Kind, SchemaFile, read_type
from translator.taxonomy.load import shipped_catalogue

_DEFAULTS = {Kind.TEXT: "''", Kind.INTEGER: "0", Kind.FLOAT: "0", Kind.TIME: "toDateTime(0)"}
_ARRAY_KINDS = {
    "STRING": Kind.TEXT,
    "DOUBLE": Kind.FLOAT,
    "IP": Kind.ADDRESS,
    **dict.fromkeys(("UCHAR", "UINT16", "UINT32", "UINT64", "INT16", "INT32", "INT64"), Kind.INTEGER),
}
_WIDTHS = {"UCHAR": "UInt8", "UINT16": "UInt16", "UINT32": "UInt32", "UINT64": "UInt64"}
_WIDTHS |= {"INT16": "Int16", "INT32": "Int32", "INT64": "Int64"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attribute is. ``value`` is the default of its type where the event lacks it.

    ``present`` is a condition, ``None`` when every event has the attribute. Addresses have the type IPv6,
    those of version 4 mapped into it. ``type`` is that of what is stored,
    ``array`` the nested column that it is in, empty for a column of its own. ``small`` is a column with the
    text in small letters, where a statement has one.
    """

    kind: Kind
    type: str
    value: str
    present: str | None
    array: str = ""
    small: str = ""

    def text(self) -> str:
        """The value as text.

        Raises: Refused(sql-type) for types whose values the event may have written in another way.
        """
        match self.kind:
            case Kind.TEXT:
                return self.value
            case Kind.INTEGER:
                return f"toString({self.value})"
            case Kind.ADDRESS:
                return f"replaceRegexpOne(toString({self.value}), '^::ffff:', '')"
        raise Refused("sql-type", f"a value of type {self.type} has no certain text", hint="compare numbers")

    def key(self) -> str:
        """The value for a group, NULL where the event lacks it."""
        return self.value if self.present is None else f"if({self.present}, {self.value}, NULL)"


Find = Callable[[str], Place]
"""Where an attribute is, by its name."""


def place(attribute: str, schema: SchemaFile) -> Place:
    """Where the schema keeps the attribute.

    Raises: Refused(sql-attribute) when neither the schema nor the catalogue says it.
    """
    column = schema.columns.get(attribute)
    if column is None:
        return _in_array(attribute, schema)
    type_ = read_type(column.type)
    if type_ is None:
        raise TypeError(f"{column.type} was not checked")
    name = quote_name(column.column)
    default = _DEFAULTS.get(type_.kind, f"to{type_.name}('{'::' if type_.name == 'IPv6' else '0.0.0.0'}')")
    value = f"ifNull({name}, {default})" if column.absent == "null" else name
    present = {"null": f"isNotNull({name})", "default": f"{name} != {default}", "never": None}[column.absent]
    return Place(type_.kind, type_.name, _mapped(value, type_.name), present)


def _in_array(attribute: str, schema: SchemaFile) -> Place:
    wanted = _catalogue().get(attribute, "")
    kind = Kind(schema.kinds[attribute]) if attribute in schema.kinds else _ARRAY_KINDS.get(wanted)
    arrays = [array for array, written in schema.arrays.items() if _kind(written) is kind]
    if kind is Kind.INTEGER:
        exact = [array for array in arrays if schema.arrays[array] == _WIDTHS.get(wanted)]
        arrays = exact or [array for array in arrays if schema.arrays[array].endswith("Int64")][:1]
    if kind is None or not arrays:
        raise Refused(
            "sql-attribute",
            f"the schema '{schema.name}' has no place for the attribute '{attribute[:80]}'",
            hint="name its column, or its kind, in a schema file",
        )
    taken = arrays if kind is Kind.ADDRESS else arrays[:1]
    key = quote(attribute)
    values = [_at(array, key, schema.arrays[array]) for array in taken]
    has = [f"has({quote_name(f'{array}.name')}, {key})" for array in taken]
    value = values[-1]
    for condition, each in reversed(list(zip(has[:-1], values[:-1], strict=True))):
        value = f"if({condition}, {each}, {value})"
    present = has[0] if len(has) == 1 else f"({' OR '.join(has)})"
    return Place(kind, schema.arrays[taken[-1]], value, present, taken[-1])


def _kind(written: str) -> Kind | None:
    found = read_type(written)
    return None if found is None else found.kind


def _at(array: str, key: str, written: str) -> str:
    """The element; where there is none, index 0 gives the default of the type."""
    names, values = quote_name(f"{array}.name"), quote_name(f"{array}.value")
    found = read_type(written)
    return _mapped(f"{values}[indexOf({names}, {key})]", found.name if found else written)


def _mapped(value: str, type_: str) -> str:
    return f"IPv4ToIPv6({value})" if type_ == "IPv4" else value


@cache
def _catalogue() -> Mapping[str, str]:
    return {name: kind for kind, names in shipped_catalogue().types.items() for name in names}
