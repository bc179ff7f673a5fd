"""Every place of the server, what may be sent there, and why it is open or closed. A place that stands in neither table is closed.

OPEN decides, the first that holds a path. CLOSED names what Gradio brings and this page does not need, with the reason, so that
a new version's new routes are seen: tests/test_doors.py lists the routes of the mounted application and finds each in a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

GET = "GET, HEAD"
TOOL_METHODS = ("initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/templates/list", "prompts/list")


class Body(StrEnum):
    """What a place does with a body."""

    NONE = "none is taken"
    JSON = "JSON that is looked at before Gradio reads it"
    TOOL = "one JSON-RPC message for the tools, looked at likewise"
    UPLOAD = "multipart, to the private folder"
    OWN = "bounded by the place itself"


@dataclass(frozen=True)
class Place:
    """A place by the pattern of its whole path; methods "" means that the place answers every method itself.

    own_host: our own address stands in for the Host that the caller claims.
    """

    pattern: str
    methods: str
    body: Body
    why: str
    own_host: bool = False

    def holds(self, path: str) -> bool:
        """Tell whether a path is of this place."""
        return re.fullmatch(self.pattern, path, re.DOTALL) is not None


_NAME = r"[A-Za-z0-9_-]{1,64}"
OPEN = (
    Place(r"/healthz", GET, Body.NONE, "whether the server lives"),
    Place(r"/api/[a-z.]+", "", Body.OWN, "the interface for programs; it answers wrong methods itself"),
    Place(r"/sparql/?", "", Body.OWN, "the endpoint; it has limits of its own"),
    Place(r"/\.well-known/void", GET, Body.NONE, "the description of the dataset"),
    Place(r"/(id/.*|ontology|shapes(/[^/]*)?)", GET, Body.NONE, "linked data"),
    Place(r"/yasgui(/[^/]*)?", GET, Body.NONE, "the editor, files by name"),
    Place(r"/", GET, Body.NONE, "the page"),
    Place(r"/(assets|static)/.+", GET, Body.NONE, "scripts, styles and fonts of the page"),
    Place(r"/(theme\.css|favicon\.ico|manifest\.json|robots\.txt)", GET, Body.NONE, "small files that browsers ask for"),
    Place(r"/config/?", GET, Body.NONE, "what the page already holds, asked anew when it connects again"),
    Place(r"/gradio_api/theme\.css", GET, Body.NONE, "the colours of the page"),
    Place(r"/gradio_api/info/?", GET, Body.NONE, "the public handlers, ask and check; Gradio keeps the first caller's Host in it", own_host=True),
    Place(r"/gradio_api/(app_id|user|login_check)/?", GET, Body.NONE, "asked by the page when it connects; says nothing of anybody"),
    Place(rf"/gradio_api/heartbeat/{_NAME}", GET, Body.NONE, "keeps the state of a page until it is left"),
    Place(r"/gradio_api/queue/join", "POST", Body.JSON, "an action on the page"),
    Place(r"/gradio_api/queue/data", GET, Body.NONE, "what comes of it"),
    Place(r"/gradio_api/(cancel|reset)/?", "POST", Body.JSON, "to stop it"),
    Place(rf"/gradio_api/run/{_NAME}/?", "POST", Body.JSON, "actions that do not queue"),
    Place(r"/gradio_api/call/(v2/)?(ask|check)/?", "POST", Body.JSON, "ask and check for Gradio's own clients"),
    Place(rf"/gradio_api/call/(v2/)?(ask|check)/{_NAME}", GET, Body.NONE, "what comes of it"),
    Place(r"/gradio_api/upload/?", "POST", Body.UPLOAD, "applicants' files, to the private folder"),
    Place(r"/gradio_api/upload_progress", GET, Body.NONE, "how far an upload is"),
    Place(r"/gradio_api/file=.+", GET, Body.NONE, "files of the private folder (the doors look), nothing else: Gradio would stream addresses too"),
    Place(r"/gradio_api/mcp/?(http/?)?", "POST", Body.TOOL, "the two tools for language models; without state, so there is nothing to GET or DELETE", own_host=True),
)
CLOSED = (
    Place(r"/gradio_api/proxy=.*", "", Body.NONE, "fetches other hosts"),
    Place(r"/gradio_api/file/.*", "", Body.NONE, "the old spelling of file="),
    Place(r"/gradio_api/deep_link", "", Body.NONE, "writes the state of a session to disk"),
    Place(r"/gradio_api/(undo-)?vibe-.*", "", Body.NONE, "edits the program itself"),
    Place(r"/monitoring.*", "", Body.NONE, "tells of all users' requests"),
    Place(r"/gradio_api/profiling/.*", "", Body.NONE, "tells of all users' requests"),
    Place(r"/gradio_api/queue/status", "", Body.NONE, "tells of all users' requests; the page is told through its own stream"),
    Place(r"/gradio_api/(runs|run-history).*", "", Body.NONE, "talks to a hub elsewhere with the user's token"),
    Place(r"/gradio_api/component_server/?", "", Body.NONE, "calls methods of components with any argument"),
    Place(r"/gradio_api/custom_component/.*", "", Body.NONE, "there are no custom components"),
    Place(r"/gradio_api/process_recording", "", Body.NONE, "runs a video tool on uploads"),
    Place(r"/gradio_api/stream/.*", "", Body.NONE, "there is no sound and no film"),
    Place(r"/gradio_api/api/.*", "", Body.NONE, "the old spelling of run/"),
    Place(r"/gradio_api/call/.*", "", Body.NONE, "by name only ask and check are called, see above"),
    Place(r"/gradio_api/token/?", "", Body.NONE, "nobody logs in"),
    Place(r"/gradio_api/openapi\.json", "", Body.NONE, "describes uploads by address; /api/openapi.json is ours"),
    Place(r"/gradio_api/startup-events", "", Body.NONE, "run once, by the server"),
    Place(r"/gradio_api/dev/reload", "", Body.NONE, "for people who write Gradio pages"),
    Place(r"/gradio_api/mcp/(schema|sse|messages.*)", "", Body.NONE, "older ways to the tools; sse keeps state for each caller"),
    Place(r"/(login|logout)/?", "", Body.NONE, "nobody logs in"),
    Place(r"/svelte/.*", "", Body.NONE, "for custom components"),
    Place(r"/pwa_icon(/.*)?", "", Body.NONE, "the page is not installed as an app"),
    Place(r"/(docs|redoc|openapi\.json)(/.*)?", "", Body.NONE, "loads from hosts elsewhere"),
)
