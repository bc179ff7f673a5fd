"""The interface for programs: the same objects as the command line, strict limits, and a readable sentence for whatever is wrong."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from qa.check.engine import Checker
from qa.web.api import api, openapi
from qa.web.calls import LONGEST, MOST_RECORDS, AskCall
from qa.web.desk import Desk, Room
from qa.web.problems import Crowded
from tests.conftest import AS_OF
from tests.test_cli import qa

ASK, CHECK = "/api/ask", "/api/check"
RECORD = {"姓名或名称": "张三", "学历": "博士研究生"}


@pytest.fixture(scope="module")
def client(engine, graph):
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    desk = Desk(engine, lambda: Checker(graph))
    app.include_router(api(desk))
    with TestClient(app) as client:
        yield client
    desk.close()


def problem(answer: httpx.Response, status: int) -> str:
    """Return the sentence of a problem, having seen that it is one and reads like one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["title"] and len(body["detail"]) > 5
    assert "Traceback" not in answer.text and "qa/" not in answer.text
    return body["detail"]


def test_ask_gives_the_object_of_the_command_line(client):
    question = {"question": "那硕士呢", "history": ["博士租房补贴每月多少钱"]}
    line = qa("ask", "--jsonl", "--as-of", AS_OF.isoformat(), stdin=json.dumps(question)).stdout
    wanted = {k: v for k, v in json.loads(line).items() if k != "id"}
    assert client.post(ASK, json=question | {"as_of": AS_OF.isoformat()}).json() == wanted


def test_check_gives_the_objects_of_the_command_line(client, tmp_path):
    file = tmp_path / "records.jsonl"
    records = [RECORD, {"姓名或名称": "李四", "学历": "硕士研究生", "劳动合同期限（月）": "三年"}]
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    done = qa("check", str(file), "--jsonl", "--for", "人才", "--measure", "第十七条", "--as-of", AS_OF.isoformat())
    wanted = [json.loads(line.replace('"records.jsonl"', '"records"')) for line in done.stdout.splitlines()]
    got = client.post(CHECK, json={"records": records, "kind": "人才", "measures": ["第十七条"], "as_of": AS_OF.isoformat()}).json()
    assert len(wanted) == 2 and got == {"results": wanted, "problems": []}


def test_today_is_the_day_where_none_is_given(client):
    assert client.post(ASK, json={"question": "这份文件还有效吗"}).json()["as_of"] == dt.date.today().isoformat()


def test_what_is_not_read_is_told_and_the_rest_is_judged(client):
    body = client.post(CHECK, json={"records": [5, RECORD | {"没有这一项": 1}], "kind": "人才"}).json()
    assert [r["row"] for r in body["results"]] == [2]
    assert {(p["row"], p["column"]) for p in body["problems"]} == {(1, None), (2, "没有这一项")}


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        (ASK, b"{", 400, "JSON"),
        (ASK, b"", 400, "JSON"),
        (ASK, b"[1]", 400, "对象"),
        (ASK, b'"x"', 400, "对象"),
        (ASK, b'\xff{"question":"x"}', 400, "UTF-8"),
        (ASK, b'{"question":' + b"[" * 50 + b"]" * 50 + b"}", 400, "嵌套"),
        (ASK, b"[" * 400_000, 400, "嵌套"),
        (ASK, b'{"question":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, 400, "嵌套"),
        (ASK, b'{"question":"x","question":"y"}', 422, "两次"),
        (ASK, b'{"question":1}', 422, "question"),
        (ASK, b"{}", 422, "question"),
        (ASK, b'{"question":"  "}', 422, "空"),
        (ASK, b'{"question":"x","histroy":[]}', 422, "histroy"),
        (ASK, b'{"question":"x","history":"y"}', 422, "history"),
        (ASK, b'{"question":"x","history":[1]}', 422, "history"),
        (ASK, b'{"question":"x","history":{"a":"b"}}', 422, "history"),
        (ASK, b'{"question":"x","as_of":"2026-13-01"}', 422, "as_of"),
        (ASK, b'{"question":"x","as_of":20261122}', 422, "as_of"),
        (ASK, json.dumps({"question": "问" * (LONGEST + 1)}).encode(), 422, str(LONGEST)),
        (ASK, json.dumps({"question": "x", "history": ["y"] * 21}).encode(), 422, "history"),
        (ASK, b'{"question":"' + b"x" * (1 << 20) + b'"}', 413, "1 MB"),
        (CHECK, b"{}", 422, "records"),
        (CHECK, b'{"records":[]}', 422, "records"),
        (CHECK, b'{"records":{"a":1}}', 422, "records"),
        (CHECK, json.dumps({"records": [RECORD] * (MOST_RECORDS + 1)}).encode(), 422, str(MOST_RECORDS)),
        (CHECK, b'{"records":[{}],"kind":3}', 422, "kind"),
        (CHECK, '{"records":[{}],"kind":"神仙"}'.encode(), 422, "神仙"),
        (CHECK, '{"records":[{}],"measures":["第九十九条"]}'.encode(), 422, "第九十九条"),
        (CHECK, b'{"records":[{}],"measures":"x"}', 422, "measures"),
        (CHECK, b'{"records":[{}],"as_of":[]}', 422, "as_of"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(client, path, body, status, says):
    assert says in problem(client.post(path, content=body, headers={"Content-Type": "application/json"}), status)


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"])
def test_another_content_type_is_told(client, media):
    assert "application/json" in problem(client.post(ASK, content=b'{"question":"x"}', headers={"Content-Type": media}), 415)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "FLY"])
def test_another_method_is_told(client, method):
    answer = client.request(method, ASK)
    assert "POST" in problem(answer, 405) and answer.headers["allow"] == "POST, OPTIONS"


def test_markup_comes_back_as_json_only(client):
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    for path, body in ((ASK, {"question": nasty}), (CHECK, {"records": [{"姓名或名称": nasty, nasty: nasty}], "kind": "人才"}), (CHECK, {"records": [{}], "kind": nasty})):
        answer = client.post(path, json=body)
        assert answer.headers["content-type"].endswith("json") and answer.headers["x-content-type-options"] == "nosniff"
        answer.json()


def test_half_a_letter_is_no_fault_of_ours(client):
    assert client.post(ASK, content=b'{"question":"\\ud800 x"}', headers={"Content-Type": "application/json"}).status_code == 200
    assert client.post(CHECK, content=b'{"records":[{"\\ud800":"\\ud800"}]}', headers={"Content-Type": "application/json"}).status_code == 200


def test_a_hundred_records_are_taken(client):
    assert len(client.post(CHECK, json={"records": [RECORD] * MOST_RECORDS, "kind": "人才"}).json()["results"]) == MOST_RECORDS


def test_a_fault_of_ours_shows_no_traceback(graph):
    class Broken:
        def ask(self, *_):
            raise ZeroDivisionError("secret")

    app = FastAPI()
    app.include_router(api(Desk(Broken())))
    answer = TestClient(app, raise_server_exceptions=False).post(ASK, json={"question": "x"})
    assert "再试" in problem(answer, 500) and "secret" not in answer.text


def test_beyond_the_room_callers_are_told_to_come_again(engine):
    gate, begun = threading.Event(), threading.Event()

    class Slow:
        def ask(self, *given):
            begun.set()
            assert gate.wait(30)
            return engine.ask(*given)

    async def crowd() -> list[object]:
        desk = Desk(Slow(), asks=Room(1, 2, 7))
        calls = [asyncio.create_task(desk.ask(AskCall("博士租房补贴每月多少钱", (), AS_OF))) for _ in range(3)]
        await asyncio.to_thread(begun.wait, 30)
        with pytest.raises(Crowded) as crowded:
            await desk.ask(AskCall("x"))
        assert crowded.value.retry_after == 7 and crowded.value.status == 429
        calls[0].cancel()
        await asyncio.wait([calls[0]])  # who leaves does not make room: the thread still works
        with pytest.raises(Crowded):
            await desk.ask(AskCall("x"))
        gate.set()
        replies = await asyncio.gather(*calls[1:])
        assert await desk.ask(AskCall("博士租房补贴每月多少钱", (), AS_OF)) == replies[0]
        desk.close()
        return replies

    assert len(asyncio.run(crowd())) == 2


def test_the_description_holds_for_what_is_answered(client):
    document = client.get("/api/openapi.json").json()
    assert document == openapi() | {"servers": [{"url": "/"}]}
    assert set(document["paths"]) == {ASK, CHECK}
    for path, operations in document["paths"].items():
        operation = operations["post"]
        assert operation["summary"] and {"200", "400", "405", "413", "415", "422", "429"} <= set(operation["responses"])
        wants, gives = (part["content"]["application/json"] for part in (operation["requestBody"], operation["responses"]["200"]))
        for example in wants["examples"].values():
            jsonschema.validate(example["value"], wants["schema"] | {"components": document["components"]})
            answer = client.post(path, json=example["value"])
            assert answer.status_code == 200
            jsonschema.validate(answer.json(), gives["schema"] | {"components": document["components"]})


def test_the_description_of_a_reply_names_every_key(client):
    schemas = openapi()["components"]["schemas"]
    reply = client.post(ASK, json={"question": "博士租房补贴每月多少钱"}).json()
    checked = client.post(CHECK, json={"records": [RECORD], "kind": "人才"}).json()
    for name, value in (("Reply", reply), ("Citation", reply["citations"][0]), ("Result", checked["results"][0]), ("Judgement", checked["results"][0]["judgements"][0])):
        assert set(value) == set(schemas[name]["properties"]) == set(schemas[name]["required"]), name
