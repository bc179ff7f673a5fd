"""The page: one module a tab; serve() checks the port, builds the page and serves it."""

from qa.web.server import serve

__all__ = ["serve"]
