"""Holds what an SDK has read against its own types. By itself it takes what comes and looks at nothing."""

import pydantic


def strict(value: pydantic.BaseModel) -> None:
    """Fails where a field is missing, of another type, or unknown."""
    kind = type(value)
    kind.model_validate(value.model_dump(by_alias=True, exclude_unset=True, mode="json", warnings="none"))
    unknown(value, kind.__name__)


def unknown(value: object, where: str) -> None:
    if isinstance(value, pydantic.BaseModel):
        assert not value.model_extra, f"{where} has no {sorted(value.model_extra)}"
        for name in value.model_fields_set:
            unknown(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, list):
        for inner in value:
            unknown(inner, where)
