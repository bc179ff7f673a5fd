"""Behind a reverse proxy: every request gets the sub-path it is reached under, and forwarded headers count only where a proxy was told of.

    Prefix(app, "/policy")      /policy/sparql and /sparql -> root_path /policy, path /policy/sparql, as ASGI wants it
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from qa.errors import CallError

_FORWARDED = (b"x-forwarded-", b"forwarded", b"x-original-", b"x-rewrite-", b"x-script-name")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def prefix_of(root: str) -> str:
    """Return the sub-path of what was given (/policy, policy/ or https://host/policy), "" for none. Raises CallError."""
    public = urlsplit(root) if root.startswith(("http://", "https://")) else None
    path = "/" + root.strip("/") if public is None else public.path
    path = path.rstrip("/")
    if not _PATH.fullmatch(path) or (public is not None and not _HOST.fullmatch(public.netloc)):
        raise CallError(f"--root-path“{root[:60]}”不对。请写成 /policy 这样，或写完整的公网地址 https://主机/policy。")
    return path


class Prefix:
    """Set root_path and path of each request; a proxy may strip the sub-path or leave it."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app, self._prefix, self._trusting = app, prefix_of(root), bool(root)
        public = urlsplit(root) if "://" in root else None
        # where the public address is known, nothing need be believed of what callers and proxies say of it
        self._public = (public.scheme, public.netloc.encode("ascii")) if public else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            if self._prefix and not (path == self._prefix or path.startswith(self._prefix + "/")):
                path = self._prefix + path
            headers = scope["headers"] if self._trusting and self._public is None else [(n, v) for n, v in scope["headers"] if not n.startswith(_FORWARDED)]
            if self._public is not None:
                scope = {**scope, "scheme": self._public[0]}
                headers = [*((n, v) for n, v in headers if n != b"host"), (b"host", self._public[1])]
            scope = {**scope, "root_path": self._prefix, "path": path, "headers": headers}
            scope.pop("raw_path", None)
        await self._app(scope, receive, send)
