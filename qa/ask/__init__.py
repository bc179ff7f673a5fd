"""Ask: a question in people's Chinese -> a direct, quoted reply, or an honest 本文件未载明."""

from qa.ask.engine import Engine
from qa.ask.records import Citation, Reply

__all__ = ["Citation", "Engine", "Reply"]
