"""Gradio, imported once and kept quiet: it asks nobody elsewhere, and does not rewrite its own files at every start.

gradio() -> the module        called by the server before any tab, which import it by name
"""

from __future__ import annotations

import inspect
import os
from types import ModuleType
from typing import Any


def gradio() -> ModuleType:
    """Return Gradio. Its first import reads, parses and writes an interface file (.pyi) beside each component: half of the time it takes."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    real = inspect.getfile

    def nowhere(thing: Any) -> str:
        # a component without a file gets no interface file: what Gradio itself foresees for components made on the fly
        if type(thing).__name__ == "ComponentMeta" or getattr(thing, "__module__", "") == "gradio.blocks_events":
            raise OSError("no file")
        return real(thing)

    inspect.getfile = nowhere  # type: ignore[assignment]
    try:
        import gradio as module
    finally:
        inspect.getfile = real
    return module  # type: ignore[no-any-return]
