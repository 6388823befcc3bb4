"""Who may use the service: everybody on this machine, or whoever has a token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from callfloor.stores.runs import Role
from callfloor.web.settings import is_this_machine

PREFIX = "cf_"
"""So that scanners for secrets find a token that has got into a repository."""

_bearer = HTTPBearer(auto_error=False, description="A token of `callfloor token create`")


def new_token() -> str:
    """Return a token nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Return what is kept of a token: it has 256 random bits, so no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def _refuse_other_sites(request: Request) -> None:
    """Refuse what a page of another site has its reader's browser ask: nobody on this machine asked for it.

    Such a request says where the page is from (`Origin`), or comes by a name that has been made to lead here.
    """
    asked = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != asked:
        raise HTTPException(403, f"expected no request from a page of another site, found {origin!r}")
    if not is_this_machine(request.url.hostname or ""):
        raise HTTPException(403, f"expected a name of this machine in Host, found {asked!r}")


MAY: dict[Role, tuple[Role, ...]] = {"read": ("read", "run", "floor"), "run": ("run",), "floor": ("floor",)}
"""The roles that may do each thing: everybody who has a token may read."""


def may(role: Role) -> Callable[..., None]:
    """Return the dependency that lets a request through if its token may do that."""

    def check(
        request: Request,
        given: HTTPAuthorizationCredentials | None = Depends(_bearer),  # noqa: B008
    ) -> None:
        service = request.app.state.service
        if service.settings.is_open:
            _refuse_other_sites(request)
            return
        found = None if given is None else service.store.role_of(digest_of(given.credentials))
        if found is None:
            raise HTTPException(
                401,
                "expected a token: Authorization: Bearer TOKEN, from `callfloor token create`",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if found not in MAY[role]:
            raise HTTPException(403, f'expected a token with the role "{role}"; this one has "{found}"')

    return check
