"""Linked data: every IRI of the ontology, the data and the shapes answers at its path, as a page or as RDF.

linked(store) -> APIRouter with /id/…, /ontology, /shapes…        a page links to the other things it names
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote, unquote

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from qa.sparql.negotiate import Choice, choose
from qa.sparql.problem import NotAcceptable
from qa.terms import ID, ONTOLOGY, PREFIXES, SHAPES, short

ROOT = ONTOLOGY.removesuffix("ontology#")
_FORMATS = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD}
_MOST = 400
_LABEL, _TYPE = ox.NamedNode(PREFIXES["rdfs"] + "label"), ox.NamedNode(PREFIXES["rdf"] + "type")
_DEFINITION = ox.NamedNode(PREFIXES["skos"] + "definition")
_GROUPS = (("类", "owl:Class"), ("对象属性", "owl:ObjectProperty"), ("数据属性", "owl:DatatypeProperty"), ("注释属性", "owl:AnnotationProperty"))
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:1rem/1.7 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}}
a{{color:#0b4a8f}}table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;vertical-align:top;border:1px solid #999;padding:.3rem .5rem}}th{{width:30%}}
@media (max-width:30rem){{th{{width:38%}}}}small,code{{color:#444}}ul{{padding-left:1.2rem}}:target{{outline:2px solid #0b4a8f}}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
_HEADERS = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
_CLOSED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"}


def path_of(iri: str) -> str:
    """Return the path at which an IRI of ours answers; the fragment of an ontology term stays a fragment."""
    head, hash_, tail = iri.removeprefix(ROOT).partition("#")
    return "/" + quote(head) + hash_ + quote(tail)


def ours(iri: str) -> bool:
    """Tell whether an IRI answers here."""
    return iri.startswith((ONTOLOGY, ID, SHAPES.removesuffix("#")))


class Pages:
    """Describe the things of a store."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def label(self, term: ox.NamedNode) -> str:
        """Return the Chinese label of a thing, else any, else its short name."""
        labels = [q.object for q in self._store.quads_for_pattern(term, _LABEL, None) if isinstance(q.object, ox.Literal)]
        best = next((x for x in labels if x.language == "zh"), labels[0] if labels else None)
        return best.value if best else short(term.value)

    def triples(self, subject: ox.NamedNode) -> list[ox.Triple]:
        """Return what is said of a thing and of the blank nodes within, and what points to it, bounded."""
        out: list[ox.Triple] = []
        queue: list[ox.NamedNode | ox.BlankNode] = [subject]
        seen: set[ox.BlankNode] = set()
        while queue and len(out) < _MOST:
            node = queue.pop()
            for quad in self._store.quads_for_pattern(node, None, None):
                out.append(quad.triple)
                if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    queue.append(quad.object)
        return out + [q.triple for _, q in zip(range(_MOST), self._store.quads_for_pattern(None, None, subject), strict=False)]

    def html(self, subject: ox.NamedNode) -> str:
        """Return the page of a thing."""
        rows = [(q.predicate, q.object) for q in self._store.quads_for_pattern(subject, None, None)]
        rows.sort(key=lambda r: (r[0] not in (_LABEL, _TYPE, _DEFINITION), r[0].value, str(r[1])))
        body = f"<p><code>{escape(subject.value)}</code></p><table>" + "".join(f"<tr><th scope='row'>{self._link(p)}</th><td>{self._value(o)}</td></tr>" for p, o in rows[:_MOST]) + "</table>"
        back = [(q.subject, q.predicate) for _, q in zip(range(_MOST), self._store.quads_for_pattern(None, None, subject), strict=False)]
        if back:
            items = sorted({f"<li>{self._link(s)} <small>{escape(self.label(p))}</small></li>" for s, p in back if isinstance(s, ox.NamedNode)})
            body += f"<h2>提到它的</h2><ul>{''.join(items)}</ul>"
        return _PAGE.format(title=escape(self.label(subject)), body=body + _others(path_of(subject.value)))

    def ontology(self) -> str:
        """Return the documentation of the ontology: every term with its labels, definition and where it belongs."""
        body = "<p>图谱用到的自有名词。外来的名词用 ELI、CPSV-AP、SKOS、PROV、SHACL、ORG 原有的。</p>"
        for title, kind in _GROUPS:
            prefix, _, name = kind.partition(":")
            terms = sorted({q.subject.value for q in self._store.quads_for_pattern(None, _TYPE, ox.NamedNode(PREFIXES[prefix] + name)) if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(ONTOLOGY)})
            body += f"<h2>{title}（{len(terms)}）</h2>" + "".join(self._term(ox.NamedNode(iri)) for iri in terms)
        return _PAGE.format(title="大同中关村政策知识图谱：本体", body=body + _others("/ontology"))

    def _term(self, term: ox.NamedNode) -> str:
        name = term.value.removeprefix(ONTOLOGY)
        rows = "".join(f"<tr><th scope='row'>{self._link(q.predicate)}</th><td>{self._value(q.object)}</td></tr>" for q in self._store.quads_for_pattern(term, None, None))
        return f"<section id='{escape(name)}'><h3>{escape(self.label(term))} <small>po:{escape(name)}</small></h3><table>{rows}</table></section>"

    def _link(self, term: ox.NamedNode) -> str:
        if ours(term.value):
            return f"<a href='{escape(path_of(term.value))}'>{escape(self.label(term))}</a>"
        return f"<span title='{escape(term.value)}'>{escape(short(term.value))}</span>"

    def _value(self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, depth: int = 3) -> str:
        if isinstance(term, ox.NamedNode):
            return self._link(term)
        if isinstance(term, ox.Literal):
            return escape(term.value) + (f" <small>@{term.language}</small>" if term.language else "")
        if not isinstance(term, ox.BlankNode) or not depth:
            return "……"
        inner = [f"<li>{self._link(q.predicate)}：{self._value(q.object, depth - 1)}</li>" for q in self._store.quads_for_pattern(term, None, None)]
        return f"<ul>{''.join(inner)}</ul>"


def _below(request: Request) -> str:
    """Return the path of a request below the sub-path that a proxy puts before it."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _others(path: str) -> str:
    page = path.partition("#")[0]
    return f"<p>别的格式：<a href='{page}?format=turtle'>Turtle</a>、<a href='{page}?format=jsonld'>JSON-LD</a>、<a href='{page}?format=nt'>N-Triples</a></p>"


def linked(store: ox.Store, origin: str = "*") -> APIRouter:
    """Return the routes of linked data over a store; origin is whose pages may read them (CORS), "" for none but our own."""
    pages, routes = Pages(store), APIRouter()
    headers = _HEADERS | ({"Access-Control-Allow-Origin": origin} if origin else {})

    def chosen(request: Request) -> Choice | Response:
        try:
            return choose("page", request.headers.get("accept", "text/html"), request.query_params.get("format"))
        except NotAcceptable as error:
            return Response(error.message, 406, headers, "text/plain; charset=utf-8")

    def answer(request: Request, html: str, triples: list[ox.Triple]) -> Response:
        choice = chosen(request)
        if isinstance(choice, Response):
            return choice
        if choice.key == "html":
            # text is escaped, so that only our own links have this form; behind a proxy they lie under its sub-path
            html = html.replace("href='/", f"href='{quote(request.scope.get('root_path', ''))}/")
            return Response(html, headers=headers | _CLOSED, media_type="text/html; charset=utf-8")
        body = ox.serialize(triples, format=_FORMATS[choice.key], prefixes=PREFIXES if choice.key != "nt" else None)
        return Response(body, headers=headers | {"Content-Type": choice.content_type})

    async def thing(request: Request) -> Response:
        """Answer the IRI that a path stands for."""
        try:
            subject = ox.NamedNode(ROOT + unquote(_below(request).lstrip("/")))
        except ValueError:
            return Response("这个地址不是图谱里的名称。", 404, headers, "text/plain; charset=utf-8")
        if not any(True for _ in store.quads_for_pattern(subject, None, None)):
            return Response("图谱里没有这个名称。可以从 /ontology 或 /sparql 找起。", 404, headers, "text/plain; charset=utf-8")
        return answer(request, pages.html(subject), pages.triples(subject))

    async def ontology(request: Request) -> Response:
        """Answer the ontology as documentation, or its triples."""
        return answer(request, pages.ontology(), list(_starting(store, ONTOLOGY)))

    async def shapes(request: Request) -> Response:
        """Answer the shapes of one file, whose terms differ by their fragment."""
        space = ROOT + _below(request).lstrip("/") + "#"
        triples = list(_starting(store, space))
        if not triples:
            return Response("图谱里没有这组形状。", 404, headers, "text/plain; charset=utf-8")
        items = "".join(f"<section id='{escape(s.value.removeprefix(space))}'><h2>{escape(pages.label(s))}</h2>{_table(pages, s, store)}</section>" for s in sorted({t.subject for t in triples if isinstance(t.subject, ox.NamedNode)}, key=str))
        return answer(request, _PAGE.format(title="形状", body=items + _others(_below(request))), triples)

    routes.add_route("/id/{rest:path}", thing, include_in_schema=False)
    routes.add_route("/ontology", ontology, include_in_schema=False)
    routes.add_route("/shapes", shapes, include_in_schema=False)
    routes.add_route("/shapes/{name}", shapes, include_in_schema=False)
    return routes


def _table(pages: Pages, subject: ox.NamedNode, store: ox.Store) -> str:
    rows = [f"<tr><th scope='row'>{pages._link(q.predicate)}</th><td>{pages._value(q.object)}</td></tr>" for q in store.quads_for_pattern(subject, None, None)]
    return f"<table>{''.join(rows)}</table>"


def _starting(store: ox.Store, space: str) -> Iterator[ox.Triple]:
    """Yield what is said of the things whose IRI begins with space, with the blank nodes within."""
    seen: set[ox.BlankNode] = set()
    for quad in store.quads_for_pattern(None, None, None):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(space):
            queue = [quad]
            while queue:
                one = queue.pop()
                yield one.triple
                if isinstance(one.object, ox.BlankNode) and one.object not in seen:
                    seen.add(one.object)
                    queue += store.quads_for_pattern(one.object, None, None)
