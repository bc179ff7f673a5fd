"""The doors: each attack is a test. A page with a file handler stands behind them, a listener tells whether the server fetched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import stat
from pathlib import Path
from urllib.parse import quote, urlsplit

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI
from gradio import processing_utils

from qa.sparql.problem import Malformed
from qa.web import private
from qa.web.doors import Doors, place_of
from qa.web.opening import Opening
from qa.web.parcels import DEEPEST, checked
from qa.web.places import CLOSED, OPEN
from qa.web.problems import Refused
from qa.web.server import Serving, guarded
from tests.page_server import listener, serving

META = {"_type": "gradio.FileData"}
JSON = {"Content-Type": "application/json"}
MCP = {"Accept": "application/json, text/event-stream"}


def victim() -> FastAPI:
    """Return an application with a handler that opens the file it is given, published every way Gradio knows."""

    def read(file: str | None) -> str:
        return Path(file).read_text(encoding="utf-8") if file else ""

    def say(text: str) -> str:
        return text

    with gr.Blocks() as page:
        box, out = gr.File(), gr.Textbox()
        box.upload(read, box, out, api_name="ask", queue=False)
        gr.Button().click(read, box, out, api_name="check")
        gr.Button().click(say, gr.Textbox(), out)
    app = FastAPI(openapi_url=None)
    gr.mount_gradio_app(app, page, path="/", mcp_server=True)
    return app


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    before = os.environ.get(private.VARIABLE)
    folder = tmp_path_factory.mktemp("private").resolve()
    os.environ[private.VARIABLE] = str(folder)
    yield folder
    os.environ.pop(private.VARIABLE)
    if before is not None:
        os.environ[private.VARIABLE] = before


@pytest.fixture(scope="module", autouse=True)
def this_machine_counts_as_elsewhere():
    """Let Gradio fetch from this machine, which it refuses of itself, so that the listener sees what any host elsewhere would."""
    processing_utils.PUBLIC_HOSTNAME_WHITELIST.append("127.0.0.1")
    yield
    processing_utils.PUBLIC_HOSTNAME_WHITELIST.remove("127.0.0.1")


@pytest.fixture(scope="module")
def bare(folder):
    with serving(victim()) as address:
        yield address


@pytest.fixture(scope="module")
def behind(folder):
    with serving(guarded(victim(), Serving("127.0.0.1", 7860), folder)) as address:
        yield address


CLIENT = httpx.Client(timeout=30, trust_env=False, follow_redirects=False)


def post(address: str, path: str, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CLIENT.post(address + path, content=content, headers=JSON | MCP | headers)


def get(address: str, path: str, **more) -> httpx.Response:
    return CLIENT.get(address + path, **more)


def refused(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:200])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith("。") and "Traceback" not in answer.text


def upload(address: str, text: str = "甲") -> str:
    answer = httpx.post(address + "/gradio_api/upload", files={"files": ("申请.csv", text.encode())}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()[0]


def routes_of(app, before: str = "") -> list[tuple[str, frozenset[str]]]:
    """Return every path of an application with its methods, mounted applications too."""
    out = []
    for route in app.routes:
        path = before + getattr(route, "path", "")
        if getattr(route, "methods", None):
            out.append((path, frozenset(route.methods)))
        elif hasattr(route, "routes") and route.routes:
            out += routes_of(route, path)
        elif hasattr(getattr(route, "original_router", None), "routes"):
            out += routes_of(route.original_router, path)
        else:
            out.append((path or "/", frozenset({"POST"})))
    return out


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


@pytest.fixture(scope="module")
def routes(folder):
    found = routes_of(victim())
    assert len(found) > 60 and any("queue/join" in path for path, _ in found)
    return found


def test_every_route_of_gradio_stands_in_a_table(routes):
    unknown = sorted({path for path, _ in routes if not any(place.holds(filled(path)) for place in (*OPEN, *CLOSED))})
    assert not unknown
    assert all(place_of(f"/gradio_api/call/{name}") is None for name in ("x", "read", "ask/../x")) and place_of("/gradio_api/call/ask")
    assert all(place.why for place in (*OPEN, *CLOSED))


@pytest.mark.parametrize("place", CLOSED, ids=lambda place: place.pattern)
def test_a_closed_place_is_not_there(behind, place):
    path = place.pattern.replace(r"\.", ".").replace(".*", "x").replace("/?", "").replace("(undo-)?", "")
    path = re.sub(r"\(/x\)\?", "", path)
    while alternatives := re.search(r"\(([^()]*)\)\??", path):
        path = path.replace(alternatives[0], alternatives[1].split("|")[0])
    assert place.holds(path)
    refused(get(behind, path), 404)
    refused(post(behind, path, {}), 404)


def parcels(url: str, uploaded: str) -> dict[str, object]:
    deep: object = {"path": url, "meta": META}
    for _ in range(DEEPEST // 2 - 5):
        deep = {"a": [deep]}
    return {
        "address as path": {"path": url, "meta": META},
        "address as path, not called a file": {"path": url},
        "address beside a path": {"path": uploaded, "url": url, "meta": META},
        "address beside a path, not called a file": {"path": uploaded, "url": url},
        "address alone": {"url": url, "meta": META},
        "a stream": {"path": url, "is_stream": True, "meta": META},
        "kind beside": {"_type": "gradio.FileData", "url": url},
        "in a list": [[{"path": url, "meta": META}]],
        "deep": deep,
        "another file": {"path": "/etc/hostname", "meta": META},
        "another file, not called so": {"path": "/etc/hostname"},
        "up and out": {"path": str(Path(uploaded).parent / "../../../../../../../etc/hostname"), "meta": META},
        "the folder itself": {"path": str(Path(uploaded).parent), "meta": META},
        "relative": {"path": "etc/hostname", "meta": META},
        "no text": {"path": ["/etc/hostname"], "meta": META},
        "a null": {"path": "/etc/hostname\0", "meta": META},
        "tilde": {"path": "~/.profile", "meta": META},
    }


PARCELS = list(parcels("http://127.0.0.1:9/x", "/x/y"))
OUTSIDE = {"another file", "another file, not called so", "up and out", "the folder itself", "relative", "no text", "a null", "tilde"}


def bodies(parcel: object) -> list[object]:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {"file": parcel}}}
    return [{"data": [parcel], "fn_index": 0, "session_hash": "s", "event_id": "e"}, {"file": parcel}, call]


@pytest.mark.parametrize("name", PARCELS)
def test_no_body_makes_the_server_fetch_or_open(behind, routes, name):
    uploaded = upload(behind)
    with listener() as (url, knocked):
        parcel = parcels(url + "/secret", uploaded)[name]
        for path in sorted({filled(path) for path, methods in routes if "POST" in methods} | {"/gradio_api/mcp/", "/gradio_api/mcp", "/gradio_api/call/ask", "/gradio_api/call/v2/check"}):
            for body in bodies(parcel):
                answer = post(behind, path, body)
                refused(answer, 403, 404, 405, 415)
        assert not knocked


def test_without_the_doors_it_would(bare):
    """The attack is real: else the test above would prove nothing."""
    with listener() as (url, knocked):
        post(bare, "/gradio_api/run/ask", {"data": [{"path": url + "/secret", "meta": META}]})
        assert knocked == ["/secret"]


def test_without_the_doors_any_file_would_be_read(bare, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("秘密", encoding="utf-8")
    assert "秘密" in post(bare, "/gradio_api/run/ask", {"data": [{"path": str(secret), "meta": META}]}).json()["data"]


def test_a_file_that_was_uploaded_is_taken(behind):
    uploaded = upload(behind, "张三")
    sent = {"path": uploaded, "url": f"{behind}/gradio_api/file={uploaded}", "orig_name": "申请.csv", "meta": META}
    assert post(behind, "/gradio_api/run/ask", {"data": [sent]}).json()["data"] == ["张三"]
    assert get(behind, f"/gradio_api/file={uploaded}").text == "张三"


def test_the_body_is_written_anew(folder):
    """Two readers of JSON may differ over a key given twice: what was looked at is what goes on, without the address."""
    mine = folder / "mine.csv"
    mine.write_text("x", encoding="utf-8")
    twice = f'{{"data": [{{"path": "http://127.0.0.1:9/", "path": "{mine}", "url": "http://h/gradio_api/file={quote(str(mine))}"}}]}}'
    assert json.loads(checked(twice.encode(), folder)) == {"data": [{"path": str(mine)}]}
    with pytest.raises(Refused):
        checked(f'{{"path": "{mine}", "path": "http://127.0.0.1:9/"}}'.encode(), folder)
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(Refused):
        checked(json.dumps({"path": str(folder / "link")}).encode(), folder)


def test_what_is_no_file_passes_untouched(folder):
    for value in ({"data": ["path", "url", {"url": "http://h/"}, None, 1.5, True]}, {"records": [{"姓名或名称": "张三"}]}, [], "x"):
        assert json.loads(checked(json.dumps(value).encode(), folder)) == value


@pytest.mark.parametrize("body", [b"[" * 1000 + b"]" * 1000, b"[" * 500_000, b'{"a":' * 100 + b"1" + b"}" * 100, b"[" + b"1," * 300_000 + b"1]", b"{", b"", b"\xff"])
def test_json_that_is_deep_long_or_broken_is_refused(behind, folder, body):
    with pytest.raises(Malformed):
        checked(body, folder)
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/mcp/"):
        refused(post(behind, path, body), 400, 403)


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_only_json_is_read_as_json(behind, media):
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/mcp/", "/gradio_api/call/ask"):
        refused(httpx.post(behind + path, content=b'{"data":[{"path":"http://127.0.0.1:9/"}]}', headers={"Content-Type": media}, trust_env=False), 415)


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/mcp/", "/gradio_api/run/predict"])
@pytest.mark.parametrize("told", [True, False], ids=["length told", "chunked"])
def test_a_body_that_is_too_long_is_refused(behind, path, told):
    body = b'{"data":["' + b"x" * (1 << 20) + b'"]}'
    content = body if told else iter([body[i : i + 65_536] for i in range(0, len(body), 65_536)])
    with contextlib.suppress(httpx.WriteError):
        refused(httpx.post(behind + path, content=content, headers=JSON, trust_env=False), 413)


def test_an_upload_that_is_too_long_is_refused(folder):
    async def taking(scope, receive, send):
        while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            raise ConnectionError("gone")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})

    async def go(chunks: list[bytes], length: str = "") -> int:
        sent, left = [], list(chunks)
        headers = [(b"content-type", b"multipart/form-data; boundary=x")] + ([(b"content-length", length.encode())] if length else [])

        async def receive():
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": headers, "query_string": b""}
        await Doors(taking, folder, upload=1000)(scope, receive, send)
        return sent[0]["status"]

    assert asyncio.run(go([b"x" * 500, b"x" * 500])) == 200
    assert asyncio.run(go([b"x" * 500, b"x" * 501, b"x"])) == 413
    assert asyncio.run(go([b"x"], "1001")) == 413
    assert asyncio.run(go([b"x"], "-1")) == 413


def test_uploads_have_only_so_much_room(folder, tmp_path):
    (tmp_path / "old").write_bytes(b"x" * 2000)

    async def never(scope, receive, send):
        raise AssertionError("passed")

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": [(b"content-type", b"multipart/form-data; boundary=x")], "query_string": b""}
    asyncio.run(Doors(never, tmp_path, room=1000)(scope, None, send))
    assert sent[0]["status"] == 507


@pytest.mark.parametrize(
    "path",
    ["/etc/hostname", "../../etc/hostname", "{folder}/../../../../../etc/hostname", "%2Fetc%2Fhostname", "{folder}%2F..%2F..%2F..%2F..%2Fetc%2Fhostname", "/proc/self/environ", "{folder}", "http://{listener}/x",
     "https://{listener}/x", "//{listener}/x", "file:///etc/hostname", "data/policy.txt", "{root}/pyproject.toml", "%00", "{folder}/x%00.csv", "~/.profile"],
)  # fmt: skip
@pytest.mark.parametrize("route", ["/gradio_api/file=", "/gradio_api/file/", "/gradio_api/proxy=", "/static/", "/assets/", "/gradio_api//file="])
def test_no_file_but_ours_is_served(behind, folder, route, path):
    with listener() as (url, knocked):
        path = path.format(folder=folder, listener=urlsplit(url).netloc, root=Path.cwd())
        answer = get(behind, route + path)
        assert answer.status_code in (400, 403, 404), (answer.status_code, answer.text[:80])
        assert "location" not in answer.headers and not knocked
        assert Path("/etc/hostname").read_text().strip() not in answer.text


def test_what_gradio_would_serve_beside_uploads_is_not_served(bare, behind, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_EXAMPLES_CACHE", str(tmp_path))
    (tmp_path / "beside.txt").write_text("beside", encoding="utf-8")
    path = f"/gradio_api/file={tmp_path / 'beside.txt'}"
    assert get(bare, path).text == "beside"
    refused(get(behind, path), 404)


def rpc(method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


CALLS = [rpc("resources/read", uri="x://y"), rpc("prompts/get", name="x"), rpc("tools/call", name="say", arguments={"text": "x"}), rpc("tools/list"), rpc("completion/complete"), rpc("logging/setLevel", level="debug")]


def test_a_forged_host_leads_nowhere(behind):
    """Gradio calls queued tools, prompts and resources through a client whose address it takes from the Host header."""
    with listener() as (url, knocked):
        for call in CALLS:
            for header in ("Host", "X-Forwarded-Host"):
                answer = post(behind, "/gradio_api/mcp/", call, **{header: urlsplit(url).netloc})
                assert answer.status_code == 200
        assert not knocked


def test_without_the_doors_it_would_lead_there(bare):
    with listener() as (url, knocked):
        post(bare, "/gradio_api/mcp/", CALLS[0], Host=urlsplit(url).netloc)
        assert knocked


def test_only_calls_of_tools_are_heard(behind):
    for call in (CALLS[0], CALLS[1], CALLS[4], CALLS[5]):
        assert post(behind, "/gradio_api/mcp/", call).json() == {"jsonrpc": "2.0", "id": 7, "error": {"code": -32601, "message": post(behind, "/gradio_api/mcp/", call).json()["error"]["message"]}}
    refused(post(behind, "/gradio_api/mcp/", [CALLS[3]]), 403)
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(method, behind + "/gradio_api/mcp/", trust_env=False)
        refused(answer, 405)
        assert answer.headers["allow"] == "POST"


def test_web_sockets_are_closed(behind):
    address = urlsplit(behind)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        wire.sendall(f"GET /gradio_api/queue/join HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
        assert b" 101 " not in wire.recv(200)


def test_the_page_tells_only_of_ask_and_check(site):
    for path in ("/gradio_api/info", "/gradio_api/info?all_endpoints=true", "/gradio_api/info/"):
        info = get(site, path, headers={"Host": "evil.example"})
        assert set(info.json()["named_endpoints"]) == {"/ask", "/check"} and not info.json()["unnamed_endpoints"]
        assert "evil.example" not in info.text
    config = get(site, "/config").json()
    public = {d["api_name"] for d in config["dependencies"] if d["api_visibility"] != "private"}
    assert public == {"ask", "check"}
    assert str(private.__file__).rpartition("/qa/")[0] not in json.dumps(config) and os.environ[private.VARIABLE] not in json.dumps(config)


@pytest.mark.parametrize("path", ["/", "/sparql", "/ontology", "/healthz", "/api/openapi.json", "/nothing", "/theme.css", "/config"])
def test_every_answer_wears_the_headers(site, path):
    headers = get(site, path, headers={"Accept": "*/*" if path != "/ontology" else "text/html"}).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy and "base-uri" in policy and "http" not in policy and "*" not in policy
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/monitoring", "/monitoring/summary", "/login", "/gradio_api/openapi.json", "/gradio_api/mcp/schema", "/gradio_api/mcp/sse", "/.git/config", "/app.py"])
def test_the_page_has_no_other_doors(site, path):
    refused(get(site, path), 404)


def test_a_file_is_served_as_nothing_that_runs(site):
    path = upload(site, "<script>alert(1)</script>")
    answer = get(site, f"/gradio_api/file={path}")
    assert answer.status_code == 200 and "sandbox" in answer.headers["content-security-policy"] and "html" not in answer.headers["content-type"]


def test_the_folder_is_private_and_goes_with_the_server(monkeypatch):
    monkeypatch.setenv(private.VARIABLE, "")
    folder = private.open_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and os.environ[private.VARIABLE] == str(folder)
    (folder / "x").write_text("x")
    with serving(Opening(FastAPI, closed=lambda: private.close_folder(folder))) as address:
        assert get(address, "/healthz").text == "ok"
    assert not folder.exists()


def test_what_a_killed_server_left_is_removed(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv(private.VARIABLE, "")
    dead, alive = tmp_path / "policy-uploads-999999999-x", tmp_path / f"policy-uploads-{os.getpid()}-x"
    dead.mkdir()
    alive.mkdir()
    private.open_folder()
    assert not dead.exists() and alive.exists()


def test_a_server_that_loads_answers_at_once():
    import threading

    gate, told = threading.Event(), []

    def build() -> FastAPI:
        assert gate.wait(30)
        app = FastAPI()
        app.get("/x")(lambda: "here")
        return app

    with serving(Opening(build, opened=lambda: told.append("open"))) as address:
        assert get(address, "/healthz").text == "ok"
        page = get(address, "/", headers={"Accept": "text/html"})
        assert "正在打开" in page.text and not told
        threading.Timer(0.2, gate.set).start()
        assert get(address, "/x").json() == "here" and told == ["open"]


def test_what_cannot_be_opened_is_told():
    failed = []

    def build() -> FastAPI:
        raise ValueError("no")

    with serving(Opening(build, failed=failed.append)) as address:
        refused(get(address, "/x"), 503)
    assert [str(error) for error in failed] == ["no"]
