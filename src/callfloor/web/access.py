"""Who may use the service: everybody on this machine, or whoever has a token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from callfloor.stores.runs import Role

PREFIX = "cf_"
"""So that scanners for secrets find a token that has got into a repository."""

_bearer = HTTPBearer(auto_error=False, description="A token of `callfloor token create`")


def new_token() -> str:
    """Return a token nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Return what is kept of a token: it has 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def may(role: Role) -> Callable[..., None]:
    """Return the dependency that lets a request through if its token may do that: `run` includes `read`."""

    def check(
        request: Request,
        given: HTTPAuthorizationCredentials | None = Depends(_bearer),  # noqa: B008
    ) -> None:
        service = request.app.state.service
        if service.settings.is_open:
            return
        found = None if given is None else service.store.role_of(digest_of(given.credentials))
        if found is None:
            raise HTTPException(
                401,
                "expected a token: Authorization: Bearer TOKEN, from `callfloor token create`",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if role == "run" and found != "run":
            raise HTTPException(403, 'expected a token with the role "run"; this one may only read')

    return check
