"""What can go wrong with a request to the endpoint: a status, a title, and a sentence that says what to do next.

    PolicyError
    └── Problem             status, title, detail; told as RFC 9457 problem+json at the edge
        ├── Malformed       400  the request or the query is not written as the standards say
        ├── Closed          403  understood, and this endpoint does not do it (update, SERVICE)
        ├── WrongMethod     405
        ├── NotAcceptable   406
        ├── Slow            408  the body did not arrive in time
        ├── TooLong         413
        ├── Unsupported     415
        ├── OverCap         422  the query is sound, and its answer exceeds what this endpoint gives
        ├── Busy            429  the queue is full: come again in retry_after seconds
        ├── Overdue         503  the query ran out of its time
        └── Down            503  its worker died of something else

An answer over a cap is 422: the request is not too long (413), storage does not matter (507), the server is not
unavailable (503 invites to send the same again), and to cut the answer with 200 would be to lie.
"""

from __future__ import annotations

from qa.errors import PolicyError


class Problem(PolicyError):  # noqa: N818 - the name that RFC 9457 gives it
    """Carry a status, a title and the sentence for people; retry_after is in seconds."""

    status = 500
    title = "服务出错"
    exit_code = 1

    def __init__(self, message: str, *, retry_after: int | None = None, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.retry_after, self.line, self.column = retry_after, line, column


class Malformed(Problem):
    """Say that a request or a query is not written as the standards say."""

    status, title = 400, "请求写得不对"


class Closed(Problem):
    """Say that the endpoint does not do what is asked: it neither writes nor reaches out."""

    status, title = 403, "本端点不做这件事"


class WrongMethod(Problem):
    """Say which methods the endpoint takes."""

    status, title = 405, "请求方法不对"


class NotAcceptable(Problem):
    """Say which formats the endpoint gives for this kind of query."""

    status, title = 406, "没有您要的格式"


class Slow(Problem):
    """Say that the body of a request did not arrive in time."""

    status, title = 408, "请求发送得太慢"


class TooLong(Problem):
    """Say that a request exceeds the size that the endpoint reads."""

    status, title = 413, "请求太长"


class Unsupported(Problem):
    """Say which content types the endpoint reads."""

    status, title = 415, "请求的内容类型不对"


class OverCap(Problem):
    """Say that an answer exceeds the rows, bytes or memory that the endpoint gives."""

    status, title = 422, "结果超过上限"


class Busy(Problem):
    """Say that too many queries wait already."""

    status, title = 429, "查询太多，请稍后再试"


class Overdue(Problem):
    """Say that a query ran out of its time."""

    status, title = 503, "查询超时"


class Down(Problem):
    """Say that a worker died, or cannot be started."""

    status, title = 503, "查询中断"
