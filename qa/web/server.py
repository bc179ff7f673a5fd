"""Serve on one address: page, SPARQL endpoint, linked data; nothing leaves the machine.

build_app(options) -> FastAPI        /  the page     /sparql  the endpoint     /id/… /ontology /shapes  linked data     /yasgui     /healthz
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.errors import CallError
from qa.graph import load
from qa.remote import Endpoint

_CLOSED_DOORS: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}


@dataclass(frozen=True)
class Serving:
    """What to serve and where; data are further graphs as given on the command line."""

    host: str
    port: int
    encoder: str | None = None
    sparql_only: bool = False
    data: Sequence[str] = field(default_factory=tuple)


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
        raise CallError(f"地址 {host}:{port} 用不了（{error.strerror or error}）：多半是端口已被占用。请换一个端口，例如：python app.py --port {port + 1 if port < 65535 else 7861}") from error


def build_app(serving: Serving) -> Any:
    """Return the application. Raises CallError where a further graph cannot be loaded."""
    from fastapi import FastAPI
    from starlette.responses import PlainTextResponse

    from qa.sparql import Pool
    from qa.sparql.data import add
    from qa.sparql.linked import linked
    from qa.sparql.protocol import router
    from qa.sparql.relay import Relay
    from qa.web.yasgui import yasgui

    graph = load()
    for given in serving.data:
        add(graph.store, given)
    app = FastAPI(**_CLOSED_DOORS)
    elsewhere = Endpoint.from_environment()
    app.include_router(router(Relay(elsewhere, graph.store) if elsewhere else Pool(graph.store)))
    app.include_router(linked(graph.store))
    app.include_router(yasgui())

    @app.get("/healthz")
    def healthy() -> PlainTextResponse:
        return PlainTextResponse("ok")

    return app if serving.sparql_only else _with_page(app, serving)


def _with_page(app: Any, serving: Serving) -> Any:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import gradio as gr

    from qa.ask import Engine
    from qa.web.page import CSS, HEAD, build

    page = build(Engine(encoder=serving.encoder))
    page.queue(default_concurrency_limit=4, max_size=64)
    return gr.mount_gradio_app(app, page, path="/", server_name=serving.host, server_port=serving.port, footer_links=[], show_error=False, css=CSS, head=HEAD, enable_monitoring=False)


def serve(serving: Serving) -> None:
    """Serve until stopped. Raises CallError where the port is taken."""
    import uvicorn

    check_port(serving.host, serving.port)
    app = build_app(serving)
    where = f"http://{serving.host}:{serving.port}"
    print(f"SPARQL 端点已打开：{where}/sparql（按 Ctrl+C 停止）" if serving.sparql_only else f"网页已打开：{where}，SPARQL 端点 {where}/sparql（按 Ctrl+C 停止）", flush=True)
    uvicorn.run(app, host=serving.host, port=serving.port, log_level="error", access_log=False, server_header=False)
