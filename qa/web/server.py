"""Serve on one address: page, interface for programs, SPARQL endpoint, linked data; nothing leaves the machine.

    serve(serving) -> Prefix (sub-path) -> Doors (what may pass) -> Opening (answers while it loads) -> Building(serving).steps
    /  the page     /api/…  programs     /gradio_api/mcp  tools     /sparql     /id/… /ontology /shapes     /yasgui     /healthz
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import CallError
from qa.graph import Graph, load
from qa.remote import Endpoint
from qa.sparql.limits import Limits

# A query in an address may be as long as one in a body, and what is longer still reaches the endpoint, which says so in Chinese.
# An open page keeps a connection for as long as it is open: stopping does not wait for it.
LISTENING: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False, "h11_max_incomplete_event_size": Limits().sent + (4 << 20), "timeout_graceful_shutdown": 5}
_CLOSED_DOORS: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}


@dataclass(frozen=True)
class Serving:
    """What to serve, where and how much; data are further graphs as given on the command line, root the sub-path of a proxy."""

    host: str
    port: int
    encoder: str | None = None
    sparql_only: bool = False
    data: Sequence[str] = field(default_factory=tuple)
    root: str = ""
    upload_mb: int = 64
    sparql_timeout: float = 10.0
    sparql_rows: int = 100_000
    ask_waiting: int = 200
    check_waiting: int = 8
    feedback: str = ""

    def __post_init__(self) -> None:
        from qa.web.proxy import prefix_of

        prefix_of(self.root)
        bounds = (("--upload-mb", self.upload_mb, 2048), ("--sparql-timeout", self.sparql_timeout, 3600), ("--sparql-rows", self.sparql_rows, 10_000_000))
        for flag, value, most in (*bounds, ("--ask-waiting", self.ask_waiting, 10_000), ("--check-waiting", self.check_waiting, 10_000)):
            if not 0 < value <= most:
                raise CallError(f"{flag} {value:g} 不对，请给大于0、不超过{most}的数。")


def check_port(host: str, port: int) -> None:
    """Raise CallError where the address cannot be listened on, saying what to do."""
    if not 0 < port < 65536:
        raise CallError(f"端口 {port} 不对，请给 1 到 65535 之间的数。")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CallError(f"地址 {host}:{port} 用不了（{error.strerror or error}）：多半是端口已被占用。请换一个端口，例如加上 --port {port + 1 if port < 65535 else 7861}") from error


class Building:
    """Build the application in steps, each added to the first: answering questions, the endpoint, and the page, which takes longest."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._graph: Any = None
        self._app: Any = None
        self._front: Any = None
        self._engine: Any = None
        self._desk: Any = None

    @property
    def steps(self) -> tuple[Callable[[], Any], ...]:
        """Return the steps, each of which gives an application with a lifespan of its own; the first answers for all."""
        return (self.base,) if self._serving.sparql_only else (self.base, self.endpoint, self.page)

    def base(self) -> Any:
        """Return the interface for programs, through which the plain page asks too, or the endpoint where it is all there is. Raises CallError where a further graph cannot be loaded."""
        from fastapi import FastAPI
        from starlette.responses import PlainTextResponse

        from qa.sparql.data import add
        from qa.sparql.protocol import Front

        self._graph = load()
        for given in self._serving.data:
            add(self._graph.store, given)
        self._app = app = FastAPI(**_CLOSED_DOORS)

        @app.get("/healthz")
        def healthy() -> PlainTextResponse:
            return PlainTextResponse("ok")

        self._front = Front(app)
        if self._serving.sparql_only:
            self.endpoint()
        else:
            self._ask(app, None if self._serving.data or Endpoint.from_environment() else self._graph)
        return self._front

    def endpoint(self) -> Any:
        """Add endpoint and linked data; return what opens and closes the processes behind them where the first step has opened already."""
        from fastapi import FastAPI

        from qa.sparql import Limits, Pool
        from qa.sparql.linked import linked
        from qa.sparql.protocol import router
        from qa.sparql.relay import Relay
        from qa.web.yasgui import yasgui

        serving, store, opener = self._serving, self._graph.store, FastAPI(**_CLOSED_DOORS)
        # The policy is everyone's; graphs of one's own are not, and a page of another site that is open in the same browser must not read them.
        origin = "" if serving.data else "*"
        elsewhere, limits = Endpoint.from_environment(), Limits(timeout=serving.sparql_timeout, rows=serving.sparql_rows, allow_origin=origin)
        endpoint = router(Relay(elsewhere, store, limits) if elsewhere else Pool(store, limits))
        opener.include_router(endpoint)
        self._app.include_router(endpoint)
        for routes in (linked(store, origin), yasgui()):
            self._app.include_router(routes)
        self._front.put(endpoint)
        return opener

    def _ask(self, app: Any, graph: Graph | None) -> None:
        """Add the interface for programs; without a graph the engine takes its own."""
        from qa.ask import Engine
        from qa.web.api import api
        from qa.web.desk import Desk, Room

        self._engine = Engine(graph, encoder=self._serving.encoder)
        self._desk = Desk(self._engine, asks=Room(2, self._serving.ask_waiting, 2), checks=Room(1, self._serving.check_waiting, 5))
        app.include_router(api(self._desk))

    def page(self) -> Any:
        """Add the page and the tools for language models; return the application that holds them."""
        from qa.web.toolkit import gradio

        gr = gradio()
        from fastapi import FastAPI
        from gradio.routes import templates

        from qa.web.page import CSS, HEAD, build
        from qa.web.private import DELETE_CACHE
        from qa.web.proxy import prefix_of
        from qa.web.shell import mend
        from qa.web.tools import publish

        mend(templates)
        serving = self._serving
        page = build(self._engine, Path(serving.feedback) if serving.feedback else None)
        with page:
            publish(self._desk)
        page.delete_cache = DELETE_CACHE
        page.queue(default_concurrency_limit=4, max_size=64)
        # Gradio looks where a file lies only once it counts as launched, which mounting does not tell it
        page.has_launched = True
        app = gr.mount_gradio_app(
            FastAPI(**_CLOSED_DOORS), page, path="/", server_name=serving.host, server_port=serving.port, root_path=prefix_of(serving.root) or None, footer_links=[], show_error=False,
            css=CSS, head=HEAD, enable_monitoring=False, run_history=False, mcp_server=True, max_file_size=serving.upload_mb << 20,
        )  # fmt: skip
        self._app.mount("/", app)
        return app


def guarded(app: Any, serving: Serving, folder: Path) -> Any:
    """Return an application with the doors before it, under its sub-path."""
    from qa.web.doors import Doors
    from qa.web.proxy import Prefix

    return Prefix(Doors(app, folder, upload=(serving.upload_mb << 20) + 65_536), serving.root)


def whole(serving: Serving, opened: Callable[[], None] = lambda: None, failed: Callable[[BaseException], None] = lambda error: None) -> Any:
    """Return what is served: it answers at once and builds the application when it starts. Raises CallError where a setting is wrong."""
    from qa.web.opening import Opening
    from qa.web.private import close_folder, open_folder

    folder = open_folder()
    return guarded(Opening(*Building(serving).steps, opened=opened, failed=failed, closed=lambda: close_folder(folder)), serving, folder)


def _worth_saying(record: logging.LogRecord) -> bool:
    """Tell whether a line of the log is worth a reader's time: that stopping cut off pages which were open is not."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)) and "graceful shutdown" not in str(record.msg)


def serve(serving: Serving) -> None:
    """Serve until stopped. Raises CallError where the port is taken or a further graph cannot be loaded."""
    import uvicorn

    check_port(serving.host, serving.port)
    where, failures = f"http://{serving.host}:{serving.port}", list[BaseException]()

    def opened() -> None:
        print(f"SPARQL 端点已打开：{where}/sparql（按 Ctrl+C 停止）" if serving.sparql_only else f"网页已打开：{where}，SPARQL 端点 {where}/sparql（按 Ctrl+C 停止）", flush=True)

    def failed(error: BaseException) -> None:
        failures.append(error)
        server.should_exit = True

    app = whole(serving, opened, failed)
    server = uvicorn.Server(uvicorn.Config(app, host=serving.host, port=serving.port, lifespan="on", **LISTENING))
    logging.getLogger("uvicorn.error").addFilter(_worth_saying)
    server.run()
    if failures:
        raise failures[0]
