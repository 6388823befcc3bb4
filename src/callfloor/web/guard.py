"""What every request goes through: a limit on its size, and how long its answer takes."""

from __future__ import annotations

import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callfloor.web.metrics import Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted together: who asks may make up any number of them."""


class Guard:
    """Refuses bodies that are too large, whether they say so or not, and measures."""

    def __init__(self, app: ASGIApp, body_most: int, metrics: Metrics) -> None:
        self.app, self.body_most, self.metrics = app, body_most, metrics
        self._too_large = f"expected a body of at most {body_most:,} bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), 500, 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.body_most:
                raise HTTPException(413, self._too_large)
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if self._says_too_much(scope):
                await JSONResponse({"detail": self._too_large}, 413)(scope, receive, noted)
            else:
                await self.app(scope, limited, noted)
        finally:
            route: Any = scope.get("route")
            path = getattr(route, "path", "unknown")
            taken_s = time.perf_counter() - began
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.metrics.requests.labels(method, path, status).observe(taken_s)

    def _says_too_much(self, scope: Scope) -> bool:
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        return any(length.isdigit() and int(length) > self.body_most for length in lengths)
