"""Secrets of a local stack: made once, readable by their owner only."""

from __future__ import annotations

import secrets

from pydantic import BaseModel

from lealtad_local.home import Home
from lealtad_local.server import write_private


class Credentials(BaseModel):
    """The secret of bearer tokens, and one database password per service."""

    token_secret: str
    passwords: dict[str, str]

    @classmethod
    def load_or_make(cls, home: Home, databases: list[str]) -> Credentials:
        """Read the stored secrets, and make the missing ones."""
        file = home.credentials
        kept = cls.model_validate_json(file.read_text()) if file.exists() else None
        passwords = {name: secrets.token_urlsafe(24) for name in databases}
        made = cls(
            token_secret=kept.token_secret if kept else secrets.token_urlsafe(48),
            passwords=passwords | (kept.passwords if kept else {}),
        )
        if made != kept:
            write_private(file, made.model_dump_json())
        return made
