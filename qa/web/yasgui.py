"""/yasgui: the Yasgui editor over our endpoint, from files on this machine; without Node at set-up, a page that says so.

The page may load and ask only this machine: its security policy says so, whatever the editor would like to fetch.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

FOLDER = Path(sys.prefix) / "share/yasgui/package/build"
_FILES = {"yasgui.min.js": "text/javascript", "yasgui.min.css": "text/css"}
_POLICY = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'"
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Yasgui：查询大同中关村政策知识图谱</title><link rel="icon" href="data:,"><link rel="stylesheet" href="yasgui/yasgui.min.css"></head>
<body><main><h1 style="font:600 1.2rem system-ui,sans-serif;margin:.5rem 1rem">查询大同中关村政策知识图谱（Yasgui）</h1><div id="yasgui"></div></main>
<script src="yasgui/yasgui.min.js"></script><script src="yasgui/start.js"></script></body></html>
"""
_START = """// 只问本机的端点；不到外面去取前缀和词表。
const here = new URL("sparql", document.baseURI).href;
Yasgui.Yasqe.defaults.autocompleters = ["variables"];
Yasgui.defaults.requestConfig.endpoint = here;
Yasgui.defaults.endpointCatalogueOptions.getData = () => [{ endpoint: here }];
new Yasgui(document.getElementById("yasgui"), { requestConfig: { endpoint: here }, copyEndpointOnNewTab: true, persistencePrefix: "policy" });
"""
_MISSING = "<!DOCTYPE html><html lang='zh-CN'><meta charset='utf-8'><title>没有装 Yasgui</title><body><main><h1>没有装 Yasgui</h1><p>安装时没有 Node.js，所以没有这个编辑器。可以用首页的 SPARQL 页签，或装好 Node.js 后重新执行 make app。</p></main></body></html>"


def yasgui(folder: Path = FOLDER) -> APIRouter:
    """Return the routes of the editor."""
    routes = APIRouter()

    async def page(request: Request) -> Response:
        """Answer the page, or that the editor is not there."""
        if not all((folder / name).is_file() for name in _FILES):
            return Response(_MISSING, 404, media_type="text/html")
        return Response(_PAGE, headers={"Content-Security-Policy": _POLICY}, media_type="text/html")

    async def file(request: Request) -> Response:
        """Answer one of the editor's files, by name from a fixed list."""
        name = request.path_params["name"]
        if name == "start.js":
            return Response(_START, media_type="text/javascript")
        if name not in _FILES or not (folder / name).is_file():
            return Response("没有这个文件。", 404, media_type="text/plain; charset=utf-8")
        return FileResponse(folder / name, media_type=_FILES[name])

    routes.add_route("/yasgui", page, include_in_schema=False)
    routes.add_route("/yasgui/{name}", file, include_in_schema=False)
    return routes
