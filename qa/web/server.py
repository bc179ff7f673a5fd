"""Serve the page on one address: check the port, build, launch; nothing leaves the machine."""

from __future__ import annotations

import os
import socket

from qa.errors import CallError


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


def serve(host: str, port: int, encoder: str | None = None) -> None:
    """Serve the page until stopped. Raises CallError where the port is taken."""
    check_port(host, port)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from qa.ask import Engine
    from qa.web.ask_tab import CSS, build

    page = build(Engine(encoder=encoder))
    print(f"网页已打开：http://{host}:{port}（按 Ctrl+C 停止）", flush=True)
    page.queue(default_concurrency_limit=4, max_size=64).launch(
        server_name=host, server_port=port, quiet=True, show_error=False, share=False, footer_links=[], css=CSS, enable_monitoring=False
    )
