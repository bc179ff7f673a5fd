"""Assets of a tab -> what the page puts into its head: one script in a scope of its own, one style sheet.

script("TextTab", ("sparql/dom", "shared/tab", "text/find"), "start()") -> <script>…</script>      styles("shared/panel", "text/text") -> CSS
"""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def script(name: str, parts: tuple[str, ...]) -> str:
    """Return the parts as one script that runs once, however often the page takes it in; name marks on window that it ran."""
    body = "\n".join((ASSETS / f"{part}.js").read_text(encoding="utf-8") for part in parts)
    return f'<script>"use strict";\nif (!window.{name}) (() => {{\n{body}\nwindow.{name} = true;\n}})();</script>'


def styles(*parts: str) -> str:
    """Return the style sheets one after the other."""
    return "\n".join((ASSETS / f"{part}.css").read_text(encoding="utf-8") for part in parts)
