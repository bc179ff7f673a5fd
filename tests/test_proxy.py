"""Behind a reverse proxy on a sub-path: page, endpoint, linked data, interface and tools, with the Host kept or put anew; and the settings."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from qa.__main__ import build_parser
from qa.errors import CallError
from qa.web.options import SETTINGS
from qa.web.proxy import Prefix, prefix_of
from qa.web.server import Serving, whole
from tests.browser import opened
from tests.page_server import Proxy, serving
from tests.test_mcp import call

PREFIX = "/policy"


@pytest.fixture(scope="module")
def target():
    """The page that a proxy stands before."""
    with serving(whole(Serving("127.0.0.1", 7860, root=PREFIX))) as address:
        yield address


@pytest.fixture(scope="module", params=[True, False], ids=["host kept", "host put anew"])
def proxied(request, target):
    """The page behind a proxy: its public address, and the proxy."""
    proxy = Proxy(target, PREFIX, request.param)
    with serving(proxy) as public:
        yield public + PREFIX, proxy


def get(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, timeout=60, trust_env=False)


def test_everything_answers_below_the_sub_path(proxied):
    address, _ = proxied
    assert get(f"{address}/healthz").text == "ok"
    assert "大同中关村政策问答" in get(f"{address}/").text
    assert "true" in get(f"{address}/sparql?query=ASK%7B%7D", Accept="application/sparql-results+json").text
    assert httpx.post(f"{address}/api/ask", json={"question": "博士租房补贴每月多少钱"}, timeout=60, trust_env=False).json()["articles"] == [17]
    assert get(f"{address}/api/openapi.json").json()["servers"] == [{"url": PREFIX}]
    assert get(f"{address}/.well-known/void").status_code == 200
    assert call(address, "ask", question="博士租房补贴每月多少钱")[0] is False


@pytest.mark.parametrize("path", ["/ontology", "/id/tongzhengbangui-2024-4", "/shapes", "/sparql", "/yasgui"])
def test_pages_link_below_the_sub_path(proxied, path):
    address, _ = proxied
    html = get(address + path, Accept="text/html").text
    links = re.findall(r"""(?:href|src|action)=["'](/[^"']*)["']""", html)
    assert all(link.startswith(PREFIX + "/") for link in links) and (links or path == "/yasgui")
    for link in links[:5]:
        assert get(address.removesuffix(PREFIX) + link.partition("#")[0].replace("&amp;", "&"), Accept="text/html,*/*;q=0.8").status_code == 200


def test_a_person_uses_the_page_below_the_sub_path(chromium, proxied):
    address, proxy = proxied
    proxy.stray.clear()
    with opened(chromium, address, "wide") as tab:
        tab.goto(address + "/")
        tab.get_by_label("您的问题").fill("博士租房补贴每月多少钱")
        tab.get_by_role("button", name="提问").click()
        tab.locator("#ask-talk .turn, #reply", has_text="第十七条").wait_for()
        tab.get_by_role("tab", name="SPARQL").click()
        tab.locator(".sw-topics button").first.click()
        with tab.expect_response(lambda response: "/sparql" in response.url) as answered:
            tab.get_by_role("button", name="运行").click()
        assert answered.value.status == 200
        assert tab.watch.requests and all(url.startswith((address + "/", "data:", "blob:")) for url in tab.watch.requests)
    assert not proxy.stray


def seen(root: str, path: str, *headers: tuple[bytes, bytes]) -> dict:
    """Return the scope that an application gets of a request."""
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "headers": list(headers), "scheme": "http", "root_path": ""}
    asyncio.run(Prefix(app, root)(scope, None, None))
    return scopes[0]


def test_the_sub_path_may_be_stripped_or_not():
    for path in ("/sparql", "/policy/sparql"):
        scope = seen("/policy", path)
        assert (scope["root_path"], scope["path"]) == ("/policy", "/policy/sparql")
    assert seen("/policy", "/policyx")["path"] == "/policy/policyx"
    assert (seen("", "/sparql")["root_path"], seen("", "/sparql")["path"]) == ("", "/sparql")


def test_forwarded_headers_count_only_where_a_proxy_was_told_of():
    forged = (b"x-forwarded-host", b"evil.example"), (b"x-forwarded-proto", b"https"), (b"forwarded", b"host=evil.example"), (b"host", b"here")
    assert seen("", "/", *forged)["headers"] == [(b"host", b"here")]
    assert seen("/policy", "/", *forged)["headers"] == list(forged)
    scope = seen("https://city.example/policy", "/", *forged)
    assert scope["headers"] == [(b"host", b"city.example")] and (scope["scheme"], scope["root_path"]) == ("https", "/policy")


@pytest.mark.parametrize(("given", "prefix"), [("", ""), ("/", ""), ("/policy", "/policy"), ("policy/", "/policy"), ("/a/b", "/a/b"), ("https://h.example", ""), ("https://h.example:8443/p/", "/p")])
def test_the_sub_path_is_read(given, prefix):
    assert prefix_of(given) == prefix


@pytest.mark.parametrize("given", ["/a b", "/<x>", "https://a@b/x", "https:///x", "/政策", "/a?b", "/a#b"])
def test_what_is_no_sub_path_is_told(given):
    with pytest.raises(CallError, match="root-path"):
        Serving("127.0.0.1", 7860, root=given)


def test_flags_win_over_the_environment_and_that_over_defaults(monkeypatch):
    for one in SETTINGS:
        name = one.flag.removeprefix("--").replace("-", "_")
        first, second = ("5", "7") if one.kind is not str else ("/five", "/seven")
        monkeypatch.delenv(one.variable, raising=False)
        assert getattr(build_parser().parse_args(["serve"]), name) == one.kind(one.default)
        monkeypatch.setenv(one.variable, first)
        assert getattr(build_parser().parse_args(["serve"]), name) == one.kind(first)
        assert getattr(build_parser().parse_args(["serve", one.flag, second]), name) == one.kind(second)


def test_help_tells_every_setting_with_its_variable(capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--help"])
    said = "".join(capsys.readouterr().out.split())
    assert all(one.flag in said and one.variable in said and "".join(one.help.split()) in said for one in SETTINGS)


@pytest.mark.parametrize("wrong", [{"upload_mb": 0}, {"sparql_timeout": 0.0}, {"sparql_timeout": float("nan")}, {"sparql_rows": -1}, {"ask_waiting": 10**9}, {"check_waiting": 0}])
def test_a_setting_out_of_bounds_is_told(wrong):
    with pytest.raises(CallError, match="--"):
        Serving("127.0.0.1", 7860, **wrong)
