"""What every table of the configuration has in common, and how it names a secret."""

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    field_validator,
    model_validator,
)

from ostiary.core.configuration.field_types import SOURCE_FORMS, FilePath, as_secret_source


class Settings(BaseModel):
    """A table of the file: unknown fields are refused, values never change, errors hide input."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SecretSource(Settings):
    """Where a secret comes from; a bare string stands for `value`."""

    value: SecretStr | None = Field(
        default=None,
        description="The secret itself, in plain text: in dev mode only, with a warning.",
    )
    env: str | None = Field(
        default=None, min_length=1, description="Name of the environment variable that holds it."
    )
    file: FilePath | None = Field(
        default=None,
        min_length=1,
        description="Path of the file that holds it; one line break at its end is dropped.",
    )
    generate: StrictBool = Field(
        default=False,
        description="Make one when there is none yet, keep it, and show it once.",
    )
    stored: StrictBool = Field(
        default=False,
        description="Of a client: keep the one that the store has, as an export writes it.",
    )
    allow_short: StrictBool = Field(
        default=False, description="Accept fewer than 16 characters, in production too."
    )

    @model_validator(mode="after")
    def _names_one_source(self) -> Self:
        named = [self.value is not None, self.env is not None, self.file is not None]
        if sum(named) + self.generate + self.stored != 1:
            raise ValueError(f"must be {SOURCE_FORMS}")
        return self


class PreviousSecret(SecretSource):
    """A secret on its way out: accepted beside the current one until it expires."""

    expires_at: AwareDatetime = Field(
        description="When it stops working, with its time zone: `2026-12-01T00:00:00Z`."
    )

    @field_validator("expires_at")
    @classmethod
    def _is_a_year_of_utc(cls, moment: datetime) -> datetime:
        # At the ends of the calendar the same moment lies in a year that UTC does not have.
        if not MINYEAR < moment.year < MAXYEAR:
            raise ValueError(f"must lie between the years {MINYEAR + 1} and {MAXYEAR - 1}")
        return moment


Secret = Annotated[SecretSource, BeforeValidator(as_secret_source)]
"""A secret's source, written as a table or as a bare string."""
