"""Everything that can go wrong, as one tree; messages are Chinese and say what to do next.

    PolicyError                 message, exit code
    ├── CallError               the call is unusable (exit 2)
    ├── DataError               a file of the repository is missing or broken (exit 2)
    ├── FileError               a file of applicants cannot be read at all (exit 2)
    ├── StoreError              the graph cannot be loaded or queried (exit 2)
    └── QuestionError           one question cannot be read (exit 1)

Not knowing an answer is a value (status no_answer), never an exception.
"""

from __future__ import annotations


class PolicyError(Exception):
    """Carry a Chinese sentence for people and the exit code of the command line."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CallError(PolicyError):
    """Say that a command line or a request cannot be used as given."""


class DataError(PolicyError):
    """Say that a data file of the repository is missing or damaged."""


class FileError(PolicyError):
    """Say that a file of applicants cannot be read as a whole, and what to do about it."""


class StoreError(PolicyError):
    """Say that the graph cannot be loaded or queried."""


class QuestionError(PolicyError):
    """Say that one question cannot be read; the run goes on."""

    exit_code = 1
