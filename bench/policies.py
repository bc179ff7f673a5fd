"""Synthetic policies, some 500 triples each: the same seed gives the same file.

    python bench/policies.py 1000 -o policies.nt [--seed 7]

    real graph -> Template: one node, its lines with marks for IRI, name, figures -> a draw of articles and measures -> N-Triples

No class or property is spelled here: a policy is a draw from the real one's own nodes (document, parts, articles, measures,
benefits, terms, agencies, criteria with their leaf shapes, quotes), under IRIs, names, amounts, dates and offsets of its own.
Kept small on purpose: a few of the synonyms, one closing rule, three silences, two notes. Its text is not held.
The lines are N-Quads too (all in the default graph), so that `serve --data FILE.nq` takes them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pyoxigraph as ox  # noqa: E402

from qa.graph import LocalGraph, load, text_of  # noqa: E402
from qa.terms import ID, ONTOLOGY, PREFIXES  # noqa: E402

TARGET = 500
_AGENCY, _SHAPES = PREFIXES["ag"], PREFIXES["leaf"].rstrip("#")
_XSD, _OA = PREFIXES["xsd"], PREFIXES["oa"]
_SYNONYMS = 3
_SHARING = 20
_CHARACTERS = "云泽岭川溪原林泉岚松柏梅兰竹石峰湖海江河清安平和永长兴宁昌盛东南西北新古金玉星月"
_FACTORS = tuple(Decimal(n) for n in ("0.5", "0.8", "1.2", "1.5", "2", "2.5", "3", "4"))
_SHARES = tuple(Decimal(n) for n in ("0.5", "0.6", "0.8", "0.9"))
_FIGURE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?=万元|亿元|元)")
_FRONT = ("Header", "Footer", "DocumentNumber", "DocumentTitle", "IssueDate", "Issuer", "EffectiveDate", "ValidityTerm", "ExpiryDate")
_CLOSING = ("ScopeExtension", "ExecutionReferral", "ConflictRule")
# What a name of the policy's own is put before: nothing that a rule matches on.
_NAMED = {PREFIXES["rdfs"] + "label", PREFIXES["eli"] + "title", _OA + "exact"} | {PREFIXES["skos"] + n for n in ("altLabel", "hiddenLabel", "definition")}
_NUMBERED = {PREFIXES["eli"] + "id_local"}
_OFFSETS = {_OA + "start", _OA + "end"}
_MARK = re.compile(r"\x02([A-Z])([^\x02]*)\x02")
Key = ox.NamedNode | ox.BlankNode


@dataclass
class Node:
    """The lines of a named node and its blank nodes; links stand only where their target is drawn too."""

    lines: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Template:
    """The real policy taken apart: nodes by IRI, which belong to each part, article and measure."""

    nodes: dict[str, Node]
    document: str
    front: tuple[str, ...]
    chapters: dict[str, str]
    structure: dict[str, tuple[str, ...]]
    measures: dict[str, dict[str, frozenset[str]]]
    closing: tuple[frozenset[str], ...]
    silences: tuple[str, ...]
    notes: dict[str, tuple[str, ...]]
    agencies: tuple[str, ...]


class Reader:
    """Take the real graph apart."""

    def __init__(self, graph: LocalGraph) -> None:
        self.graph = graph
        self.by: dict[Key, list[ox.Quad]] = defaultdict(list)
        for quad in graph.store:
            self.by[quad.subject].append(quad)
        for quads in self.by.values():
            quads.sort(key=lambda q: (q.predicate.value, self.content(q.object)))
        self.document = text_of(graph.select("SELECT ?d WHERE { ?d po:textHeld true }")[0]["d"])

    def content(self, term: object) -> str:
        """Return what tells terms apart in every run: of a blank node, what it says, not what it is called."""
        if not isinstance(term, ox.BlankNode):
            return str(term)
        return "[" + " ; ".join(sorted(f"{q.predicate} {self.content(q.object)}" for q in self.by[term])) + "]"

    def owned(self, term: object) -> bool:
        """Tell whether a term is the policy's own: of the document, a responsible agency, or a shape that judges for it."""
        return isinstance(term, ox.NamedNode) and term.value.startswith((self.document, _AGENCY, _SHAPES))

    def iri(self, value: str) -> str:
        """Return an own IRI with a mark where the policy's own part goes."""
        if value.startswith(self.document):
            return f"<\x02D\x02{value.removeprefix(self.document)}>"
        if value.startswith(_AGENCY):
            return f"<\x02A\x02/agency/{value.removeprefix(_AGENCY)}>"
        return f"<\x02D\x02/shape/{value.removeprefix(_SHAPES).lstrip('#/').replace('#', '-')}>"

    def node(self, place: int, iri: str) -> Node:
        """Return the lines of the node at place, marked."""
        out, blanks, seen = Node(), itertools.count(), Counter[str]()
        names: dict[ox.BlankNode, str] = {}
        todo: list[Key] = [ox.NamedNode(iri)]
        for subject in todo:
            start = self.iri(subject.value) if isinstance(subject, ox.NamedNode) else names[subject]
            for quad in self.by[subject]:
                predicate, thing = quad.predicate.value, quad.object
                seen[predicate] += 1
                if (predicate.endswith(("altLabel", "hiddenLabel")) and seen[predicate] > _SYNONYMS) or predicate == ONTOLOGY + "textFile":
                    continue
                if isinstance(thing, ox.BlankNode):
                    if thing not in names:
                        names[thing] = f"_:b\x02B\x02x{place}x{next(blanks)}"
                        todo.append(thing)
                    out.lines.append(f"{start} {quad.predicate} {names[thing]} .\n")
                elif self.owned(thing):
                    out.links.append((thing.value, f"{start} {quad.predicate} {self.iri(thing.value)} .\n"))
                else:
                    said = str(thing)
                    if isinstance(thing, ox.Literal):
                        said = marked(predicate, thing) if predicate != _OA + "end" else self.end(subject, thing)
                    out.lines.append(f"{start} {quad.predicate} {said} .\n")
        return out

    def end(self, subject: Key, literal: ox.Literal) -> str:
        """Return where a quote ends with a mark that holds its start, its length without names and figures, and its figures."""
        of = {q.predicate.value: text_of(q.object) for q in self.by[subject]}
        if _OA + "exact" not in of:
            return marked(_OA + "end", literal)
        figures = _FIGURE.findall(of[_OA + "exact"])
        held = [of[_OA + "start"], str(len(of[_OA + "exact"]) - sum(map(len, figures))), *figures]
        return f'"\x02E{",".join(held)}\x02"^^{literal.datatype}'

    def reach(self, start: str, stop: frozenset[str]) -> frozenset[str]:
        """Return the own nodes that a node leads to, itself among them, not through those of stop."""
        found, todo = {start}, [start]
        for iri in todo:
            for target, _ in self.nodes[iri].links:
                if target not in found and target not in stop and target in self.nodes:
                    found.add(target)
                    todo.append(target)
        return frozenset(found)

    def template(self) -> Template:
        """Return the real policy taken apart."""
        own = sorted(s.value for s in self.by if isinstance(s, ox.NamedNode) and self.owned(s))
        self.nodes = {iri: self.node(place, iri) for place, iri in enumerate(own)}
        kinds: dict[str, list[str]] = defaultdict(list)
        for subject in self.by:
            for quad in self.by[subject] if self.owned(subject) else ():
                if quad.predicate.value.endswith("#type"):
                    kinds[text_of(quad.object).rpartition("#")[2]].append(subject.value)
        inside = {k: [i for i in sorted(v) if i.startswith(self.document)] for k, v in kinds.items()}
        agencies = {n for n in self.nodes if n.startswith(_AGENCY)}
        articles, measures = inside["Article"], inside["SupportMeasure"]
        stop = frozenset(i for k in ("Article", "Chapter", "Clause", "PolicyDocument", "SupportMeasure") for i in inside[k]) | agencies
        reached = {m: self.reach(m, stop) for m in measures}
        about: dict[str, set[str]] = defaultdict(set)
        for measure, nodes in reached.items():
            for node in nodes:
                about[node].add(measure)
        for row in self.graph.select("SELECT ?s ?m WHERE { ?s po:ofMeasure ?m }"):
            for node in self.reach(text_of(row["s"]), stop):
                about[node].add(text_of(row["m"]))
        structure, of_article = {}, {}
        for article in articles:
            within = [i for i in self.nodes if i == article or i.startswith(article + "/")]
            structure[article] = tuple(i for i in within if i not in about)
            of_article[article] = {m: frozenset(i for i, of in about.items() if m in of) for m in measures if m.startswith(article + "/")}
        closing = tuple(frozenset(structure[a]) for k in _CLOSING for i in inside[k] for a in articles if i.startswith(a + "/"))
        chapters = {a: next(t for t, _ in self.nodes[a].links if t in inside["Chapter"]) for a in articles}
        notes: dict[str, list[str]] = defaultdict(list)
        for row in self.graph.select("SELECT ?note ?m WHERE { ?note a po:InterpretationNote ; po:about ?m } ORDER BY STR(?note)"):
            notes[text_of(row["m"])].append(text_of(row["note"]))
        return Template(
            self.nodes, self.document, tuple(i for k in _FRONT for i in inside[k]), chapters, structure,
            {a: m for a, m in of_article.items() if m}, closing, tuple(inside["Silence"]),
            {m: tuple(v) for m, v in notes.items()}, tuple(sorted(agencies)),
        )  # fmt: skip


def marked(predicate: str, literal: ox.Literal) -> str:
    """Return a literal with marks where a policy puts its own name, figures, dates and offsets."""
    value, datatype = literal.value, literal.datatype.value.removeprefix(_XSD)
    if predicate == ONTOLOGY + "textHeld":
        return str(ox.Literal("false", datatype=literal.datatype))
    if predicate in _NUMBERED:
        value = "\x02N\x02政办规〔\x02Y\x02〕\x02B\x02号"
    elif predicate in _OFFSETS:
        value = f"\x02O{value}\x02"
    elif datatype == "decimal":
        value = f"\x02{'S' if abs(Decimal(value)) < 1 else 'F'}{value}\x02"
    elif datatype == "date":
        value = f"\x02T{value}\x02"
    elif datatype == "duration" and re.fullmatch(r"P\d+[YM]", value):
        value = f"P\x02P{value[1:-1]}\x02{value[-1]}"
    elif datatype in ("string", "") or literal.language:
        value = _FIGURE.sub(lambda m: f"\x02F{m[0]}\x02", value)
        if predicate in _NAMED:
            value = "\x02N\x02" + value
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    tail = f"@{literal.language}" if literal.language else "" if datatype == "string" else f"^^{literal.datatype}"
    return f'"{text}"{tail}'


def number(value: Decimal) -> str:
    """Return a decimal as xsd:decimal writes it."""
    return format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize(), "f")


def names(count: int, rng: random.Random) -> list[str]:
    """Return count different names of places."""
    width = next(n for n in itertools.count(3) if len(_CHARACTERS) ** n >= 2 * count)
    picked = rng.sample(range(len(_CHARACTERS) ** width), count)
    return ["".join(_CHARACTERS[p // len(_CHARACTERS) ** i % len(_CHARACTERS)] for i in range(width)) for p in picked]


def draw(template: Template, rng: random.Random, size: int) -> set[str]:
    """Draw the nodes of one policy: front matter, a closing rule, then articles with some of their measures up to size triples."""
    nodes = template.nodes
    chosen = {template.document, *template.front, *rng.choice(template.closing), *rng.sample(template.silences, 3)}

    def weight(more: Iterable[str]) -> int:
        held = chosen | set(more)
        return sum(len(nodes[i].lines) + sum(t in held for t, _ in nodes[i].links) for i in held)

    for article in rng.sample(sorted(template.measures), len(template.measures)):
        own = rng.sample(sorted(template.measures[article]), len(template.measures[article]))
        for place, measure in enumerate(own):
            about = [n for n in template.notes.get(measure, ()) if n not in chosen][:1]
            more = {template.chapters[article], *template.structure[article], *template.measures[article][measure], *about}
            if weight(more) <= size * 1.08:
                chosen |= more
            elif place == 0:
                break
        if weight(()) > size * 0.94:
            break
    chosen |= {template.chapters[a] for a in template.chapters if a in chosen}
    return chosen


def policies(count: int, seed: int, size: int = TARGET) -> Iterator[str]:
    """Yield the N-Triples of each of count policies."""
    template, rng = Reader(load()).template(), random.Random(seed)
    places = names(count, rng)
    for at in range(count):
        yield one(template, rng, at, places[at], size)


def one(template: Template, rng: random.Random, at: int, place: str, size: int) -> str:
    """Return the N-Triples of policy number at; the first of twenty neighbours also describes the agencies that they share."""
    shared = at - at % _SHARING
    agencies = set(template.agencies)
    chosen = draw(template, rng, size) | (agencies if at == shared else set())
    held = chosen | agencies
    factor, share = rng.choice(_FACTORS), rng.choice(_SHARES)
    days, offset, years = rng.randrange(-2000, 2000), rng.randrange(0, 400), rng.randrange(0, 4)
    year = 2024 + days // 365

    def end(held: str) -> str:
        start, length, *figures = held.split(",")
        return str(int(start) + offset + int(length) + len(place) + sum(len(number(Decimal(f) * factor)) for f in figures))

    say = {
        "D": lambda _: f"{ID}synthetic-{at + 1}",
        "A": lambda _: f"{ID}synthetic-{shared + 1}",
        "B": lambda _: str(at + 1),
        "N": lambda _: place,
        "Y": lambda _: str(year),
        "E": end,
        "O": lambda v: str(int(v) + offset),
        "F": lambda v: number(Decimal(v) * factor),
        "S": lambda v: number(Decimal(v) * share),
        "T": lambda v: (dt.date.fromisoformat(v) + dt.timedelta(days)).isoformat(),
        "P": lambda v: str(int(v) + years),
    }
    lines = [line for iri in sorted(chosen) for line in (*template.nodes[iri].lines, *(text for target, text in template.nodes[iri].links if target in held))]
    return _MARK.sub(lambda m: say[m[1]](m[2]), "".join(lines))


def write(count: int, path: Path, seed: int = 7, size: int = TARGET, apart: bool = False) -> list[int]:
    """Write count policies to a file, one after the other, and return how many triples each has."""
    counts = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for at, text in enumerate(policies(count, seed, size)):
            file.write(quads(text, f"{ID}synthetic-{at + 1}") if apart else text)
            counts.append(text.count(" .\n"))
    return counts


def quads(text: str, document: str) -> str:
    """Return a policy's lines in a named graph of its own; the agencies that it shares stay in the default graph."""
    agencies = f"<{document}/agency/"
    return "".join(line if line.startswith(agencies) else f"{line[:-2]}<{document}> .\n" for line in text.splitlines(keepends=True))


def summary(counts: list[int]) -> str:
    """Say how many triples the policies have."""
    return f"{len(counts)} 份政策，每份 {statistics.mean(counts):.0f} 个三元组（{min(counts)}–{max(counts)}），共 {sum(counts):,} 个"


def main() -> None:
    parser = argparse.ArgumentParser(description="造政策")
    parser.add_argument("count", type=int)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--triples", type=int, default=TARGET, help=f"每份约多少个三元组（默认 {TARGET}）")
    parser.add_argument("--apart", action="store_true", help="每份政策一个命名图（N-Quads），供问答用")
    options = parser.parse_args()
    print(summary(write(options.count, options.out, options.seed, options.triples, options.apart)))


if __name__ == "__main__":
    main()
