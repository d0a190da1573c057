"""Who may ask: the right host, the right token, the same site; what every answer is sent with.

A review server stands on somebody's own machine beside a browser full of other people's pages. So a page of
another site must neither read from it (the token is in a cookie that other sites' requests do not carry, and
a name that was bound to this address anew is refused by its Host header) nor write to it (posts come from
our own pages alone, with their secret), and text of documents must not run in ours (no inline script or
style at all).
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.access import Access, same

MOST_BODY = 300_000
"""Bytes of a form: every cell of the widest table at its longest in four-byte letters has fewer."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Guard:
    """Passes on what may be asked; an ASGI application around another."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Stand before ``app``."""
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks websocket
            return
        answer = self._refusal(scope, Headers(scope=scope))
        if answer is not None:
            await answer(scope, receive, _armed(send))
            return
        await self._app(scope, _Limited(receive).receive, _armed(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to who may not ask, or who came with a token; None where the request may pass."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._access.is_host(hosts[0]):
            return PlainTextResponse("wrong host", 421)
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            return PlainTextResponse("no such method", 405)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        if given and scope["method"] == "GET" and same(given[-1], self._access.token):
            return self._welcome(scope, [pair for pair in query if pair[0] != "token"])
        if not self._has_cookie(headers):
            message = (
                "This page wants the address with its token that 'hoso review' printed at its start.\n"
                "Trang này cần địa chỉ kèm mã (token) mà lệnh 'hoso review' đã in ra khi khởi động.\n"
            )
            return PlainTextResponse(message, 403)
        if scope["method"] == "POST":
            if not _is_own(headers, hosts[0]):
                return PlainTextResponse("a post from another site", 403)
            length = headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > MOST_BODY:
                return PlainTextResponse("too long", 413)
        return None

    def _welcome(self, scope: Scope, query: list[tuple[str, str]]) -> Response:
        """Keep the session in a cookie and take the token out of the address."""
        # never "//name", which a browser takes for another host
        path = "/" + scope["path"].lstrip("/\\")
        answer = RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)
        answer.set_cookie(
            self._access.cookie, self._access.session, httponly=True, samesite="strict", path="/"
        )
        return answer

    def _has_cookie(self, headers: Headers) -> bool:
        for line in headers.getlist("cookie"):
            try:
                found = SimpleCookie(line).get(self._access.cookie)
            except Exception:  # noqa: BLE001  a cookie that nobody can read is none
                continue
            if found is not None and same(found.value, self._access.session):
                return True
        return False


def _is_own(headers: Headers, host: str) -> bool:
    """Whether a post comes from a page of ours: every browser says so in one of two ways."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return origin == f"http://{host}"
    return site == "same-origin"


class _Limited:
    """A request's body, cut off where it has more bytes than a form may."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._left = receive, MOST_BODY

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                return {"type": "http.disconnect"}
        return message


def _armed(send: Send) -> Send:
    """Every answer with the headers that keep it harmless."""

    async def armed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return armed
