"""Settings: every environment name the server knows, parsed once, all bad ones reported at once.

`Settings(...)` takes keyword arguments only (an embedding application's own object);
`load_settings()` reads the process environment (decisions §10).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "SMOOTH_AGENT_"
MASK = "********"
DEFAULT_GATEWAY = "https://llm.smoo.ai/v1"
"""Where a key without a URL is sent; `smooth-operator config` shows it."""
IGNORED_NAMES = frozenset({"SMOOTH_AGENT_E2E"})
"""Names that published deployments set and that mean nothing here."""


class SettingsError(Exception):
    """The environment cannot be served. The text is one line that says what to do."""


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Text = Annotated[str | None, BeforeValidator(_blank_is_none)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
AuthMode = Literal["none", "jwt", "trusted"]
Seconds = Annotated[PositiveFloat, Field(allow_inf_nan=False)]
Pause = Annotated[NonNegativeFloat, Field(allow_inf_nan=False)]


def _ours(name: str) -> Any:
    return Field(validation_alias=AliasChoices(PREFIX + name))


def _theirs(*names: str) -> Any:
    return Field(validation_alias=AliasChoices(*names))


class Settings(BaseSettings):
    """One server's configuration. Durations in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        case_sensitive=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    bind: Annotated[str, _ours("BIND")] = "127.0.0.1"
    port: Annotated[int, _ours("PORT"), Field(ge=0, le=65535)] = 8787
    storage: Annotated[Literal["memory"], _ours("STORAGE")] = "memory"
    backplane: Annotated[Literal["memory"], _ours("BACKPLANE")] = "memory"
    agents: Annotated[Text, _ours("AGENTS")] = None
    knowledge: Annotated[Names, _ours("KNOWLEDGE")] = ()
    seed_kb: Annotated[bool, _ours("SEED_KB")] = False
    skills_dir: Annotated[Text, _theirs("SMOOTH_SKILLS_DIR")] = None

    gateway_url: Annotated[Text, _theirs("SMOOAI_GATEWAY_URL")] = None
    gateway_key: Annotated[Secret, _theirs("SMOOAI_GATEWAY_KEY")] = None
    model: Annotated[Text, _ours("MODEL")] = None
    preamble_model: Annotated[Text, _ours("PREAMBLE_MODEL")] = None
    judge_model: Annotated[Text, _ours("JUDGE_MODEL")] = None
    max_iterations: Annotated[PositiveInt, _ours("MAX_ITERATIONS")] = 20
    max_tokens: Annotated[PositiveInt, _ours("MAX_TOKENS")] = 8192
    model_idle_seconds: Annotated[Seconds, _ours("MODEL_IDLE_SECONDS")] = 60
    model_attempts: Annotated[PositiveInt, _ours("MODEL_ATTEMPTS")] = 3
    model_backoff_seconds: Annotated[Pause, _ours("MODEL_BACKOFF_SECONDS")] = 0.5

    confirm_tools: Annotated[Names, _ours("CONFIRM_TOOLS")] = ()
    auth_tools: Annotated[Names, _ours("AUTH_TOOLS")] = ()
    tool_hosts: Annotated[Names, _ours("TOOL_HOSTS")] = ()

    keepalive_seconds: Annotated[Seconds, _ours("KEEPALIVE_SECONDS")] = 20
    park_seconds: Annotated[Seconds, _ours("PARK_SECONDS")] = 300
    otp_seconds: Annotated[Seconds, _ours("OTP_SECONDS")] = 300
    otp_attempts: Annotated[PositiveInt, _ours("OTP_ATTEMPTS")] = 3
    otp_url: Annotated[Text, _ours("OTP_URL")] = None
    turn_seconds: Annotated[Seconds, _ours("TURN_SECONDS")] = 600
    drain_seconds: Annotated[Pause, _ours("DRAIN_SECONDS")] = 25
    ping_seconds: Annotated[Seconds, _ours("PING_SECONDS")] = 20
    pong_seconds: Annotated[Seconds, _ours("PONG_SECONDS")] = 40
    slow_reader_seconds: Annotated[Seconds, _ours("SLOW_READER_SECONDS")] = 10

    outbound_bytes: Annotated[PositiveInt, _ours("OUTBOUND_BYTES")] = 1_048_576
    max_frame_bytes: Annotated[PositiveInt, _ours("MAX_FRAME_BYTES")] = 8_388_608
    max_message_chars: Annotated[PositiveInt, _ours("MAX_MESSAGE_CHARS")] = 100_000
    frames_per_second: Annotated[PositiveInt, _ours("FRAMES_PER_SECOND")] = 200
    frame_burst: Annotated[PositiveInt, _ours("FRAME_BURST")] = 400
    connections_per_principal: Annotated[PositiveInt, _ours("CONNECTIONS_PER_PRINCIPAL")] = 1000
    event_log_events: Annotated[PositiveInt, _ours("EVENT_LOG_EVENTS")] = 2000
    event_log_seconds: Annotated[Seconds, _ours("EVENT_LOG_SECONDS")] = 300
    event_log_bytes: Annotated[PositiveInt, _ours("EVENT_LOG_BYTES")] = 4_194_304
    on_disconnect: Annotated[Literal["continue", "cancel"], _ours("ON_DISCONNECT")] = "continue"

    auth_mode: Annotated[
        AuthMode | None,
        _theirs("SMOOTH_AGENT_AUTH_MODE", "AUTH_MODE"),
        BeforeValidator(_blank_is_none),
    ] = None
    auth_strict: Annotated[bool, _ours("AUTH_STRICT")] = False
    jwt_hs256_secret: Annotated[Secret, _theirs("AUTH_JWT_HS256_SECRET")] = None
    jwt_rs256_public_key: Annotated[Text, _theirs("AUTH_JWT_RS256_PUBLIC_KEY")] = None
    jwt_jwks_url: Annotated[Text, _theirs("AUTH_JWT_JWKS_URL")] = None
    jwt_issuer: Annotated[Text, _theirs("AUTH_JWT_ISSUER")] = None
    jwt_audience: Annotated[Text, _theirs("AUTH_JWT_AUDIENCE")] = None
    jwt_leeway_seconds: Annotated[Pause, _theirs("AUTH_JWT_LEEWAY_SECONDS")] = 30
    trusted_peers: Annotated[Names, _theirs("AUTH_TRUSTED_PEERS")] = ("127.0.0.1", "::1")
    dev_org_id: Annotated[str, _theirs("AUTH_DEV_ORG_ID")] = "dev-org"
    enforce_expiry: Annotated[bool, _theirs("AUTH_ENFORCE_EXPIRY")] = False
    expiry_grace_seconds: Annotated[Pause, _theirs("AUTH_EXPIRY_GRACE_SECONDS")] = 25
    widget_auth_strict: Annotated[bool, _theirs("WIDGET_AUTH_STRICT")] = False
    allow_open: Annotated[bool, _ours("ALLOW_OPEN")] = False
    allowed_hosts: Annotated[Names, _ours("ALLOWED_HOSTS")] = ()
    allowed_origins: Annotated[Names, _ours("ALLOWED_ORIGINS")] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """An embedded server reads nothing that its application did not hand over."""
        return (init_settings,)

    @property
    def owned(self) -> bool:
        """Whether conversations have owners: a mode that proves who somebody is."""
        return self.auth_mode in ("jwt", "trusted")


class _FromEnvironment(Settings):
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings)


def environment_names(field: str) -> tuple[str, ...]:
    """The names that set a field, in precedence."""
    alias = Settings.model_fields[field].validation_alias
    assert isinstance(alias, AliasChoices)
    return tuple(str(choice) for choice in alias.choices)


def known_names() -> frozenset[str]:
    """Every environment name the server reads."""
    return frozenset(name for field in Settings.model_fields for name in environment_names(field))


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; `overrides` (command-line options) win. Raises `SettingsError`."""
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in known_names() and name not in IGNORED_NAMES
    )
    if unknown:
        raise SettingsError(
            f"Unknown setting {unknown[0]}: remove it; `smooth-operator config` lists the names."
        )
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = _FromEnvironment(**given)
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from None
    check_open_door(settings)
    return settings


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = str(problem["loc"][0]) if problem["loc"] else "settings"
    if place in Settings.model_fields:
        place = environment_names(place)[0]
    return f"Bad value for {place}: {problem['msg']}."


def is_loopback(host: str) -> bool:
    """Whether an address or name only reaches this machine; `127.example` is somebody's name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_open_door(settings: Settings) -> None:
    """Refuse to serve everybody on the network without a word (decisions §7)."""
    if settings.owned or settings.allow_open or is_loopback(settings.bind):
        return
    raise SettingsError(
        f"Refusing to serve {settings.bind} without authentication: set SMOOTH_AGENT_AUTH_MODE "
        "to jwt or trusted, or SMOOTH_AGENT_ALLOW_OPEN=1 if everybody may use this agent."
    )


def describe(settings: Settings, env: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, value, source) of every setting; secrets masked."""
    rows = []
    for field in Settings.model_fields:
        names = environment_names(field)
        value = getattr(settings, field)
        source = next((f"env {name}" for name in names if env.get(name)), "default")
        if field == "gateway_url" and value is None and settings.gateway_key is not None:
            value, source = DEFAULT_GATEWAY, "default with SMOOAI_GATEWAY_KEY"
        rows.append((names[0], _shown(value), source))
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return MASK
    if value is None:
        return "(unset)"
    if isinstance(value, tuple):
        return ",".join(value) or "(none)"
    if isinstance(value, bool):
        return "1" if value else "0"
    return _without_secrets(str(value))


def _without_secrets(text: str) -> str:
    """One line; of an address neither credentials nor query, where keys are put too."""
    first, *more = text.splitlines() or [""]
    try:
        parts = urlsplit(first)
    except ValueError:
        return MASK
    if parts.scheme and parts.netloc:
        _, at, host = parts.netloc.rpartition("@")
        netloc = f"{MASK}@{host}" if at else host
        query = MASK if parts.query else ""
        first = urlunsplit((parts.scheme, netloc, parts.path, query, ""))
    return f"{first} …" if more else first
