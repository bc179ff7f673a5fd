"""The shell of the page: Gradio's own template with what it says wrongly put right, for it has no option for it.

The page is Chinese and says so; its icon and manifest lie beside it, also under a proxy's sub-path; it names no host elsewhere.
"""

from __future__ import annotations

import re
from typing import Any

_NAME = "frontend/index.html"
_MENDS = (
    (r'<html\s+lang="en"', '<html lang="zh-CN"'),
    (r'<link rel="manifest" href="/manifest\.json"\s*/>', '<link rel="icon" href="./favicon.ico" /><link rel="manifest" href="./manifest.json" />'),
    (r'<meta\s+(property|name)="(og|twitter):[^>]*?content="[^"{]*"\s*/>', ""),
)


def mended(source: str) -> str:
    """Return the template with each mend made."""
    for pattern, text in _MENDS:
        source = re.sub(pattern, text, source, flags=re.DOTALL)
    return source


def mend(templates: Any) -> None:
    """Put the mended template before Gradio's own; templates is gradio.routes.templates."""
    from jinja2 import ChoiceLoader, DictLoader

    environment = templates.env
    source, _, _ = environment.loader.get_source(environment, _NAME)
    environment.loader = ChoiceLoader([DictLoader({_NAME: mended(source)}), environment.loader])
    environment.cache.clear()
