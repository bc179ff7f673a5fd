"""What the doors and the page for programs say when something is wrong: the endpoint's problems, and two of their own, as problem+json.

    Problem (qa.sparql.problem)
    ├── NotHere     404  no such place, or a place that is closed on purpose
    ├── Refused     403  a body that would make the server open or fetch what it must not
    ├── Unusable    422  well-formed, and cannot be read as a question or as records
    ├── Crowded     429  too many requests at work
    └── Full        507  uploads have used up their room
"""

from __future__ import annotations

import json

from starlette.responses import Response

from qa.sparql.problem import Problem, WrongMethod


class NotHere(Problem):
    """Say that there is nothing at a place."""

    status, title = 404, "没有这个地址"


class Refused(Problem):
    """Say that a body carries what the server never takes."""

    status, title = 403, "不接受这样的内容"


class Unusable(Problem):
    """Say which part of a well-formed request cannot be read."""

    status, title = 422, "内容读不懂"


class Crowded(Problem):
    """Say that too many requests are at work already."""

    status, title = 429, "请求太多，请稍后再试"


class Full(Problem):
    """Say that there is no room for further uploads."""

    status, title = 507, "上传的地方满了"


def told(problem: Problem, allow: str = "") -> Response:
    """Return a problem as RFC 9457 problem+json; allow names the methods where a wrong one was used."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, WrongMethod) and allow:
        headers["Allow"] = allow
    body = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.message}
    return Response(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), problem.status, headers, "application/problem+json")
