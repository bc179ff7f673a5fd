"""Work out what follows from the facts: ontology/rules/*.rq and the expiry days -> data/derived.ttl.

    python tools/derive.py [--check]

--check writes nothing and exits 1 where the file is not what the facts give.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.benefit import months_of  # noqa: E402
from qa.graph import HEADER, Graph, LocalGraph, load, text_of  # noqa: E402
from qa.resources import turtle_files  # noqa: E402
from qa.terms import PREFIXES, short  # noqa: E402

TARGET = ROOT / "data/derived.ttl"
_TERM = """SELECT ?document ?start ?span ?part ?from ?length WHERE {
  ?document eli:has_part ?part . ?from a po:EffectiveDate ; po:statedIn ?part ; po:date ?start . ?length a po:ValidityTerm ; po:statedIn ?part ; po:duration ?span }"""


def facts() -> LocalGraph:
    """Load everything but what is derived."""
    return load([path for path in turtle_files() if path != TARGET])


def expiry(graph: Graph) -> list[str]:
    """Return the last day by both readings: the first day counted in (chosen), or not."""
    out = []
    for row in graph.select(_TERM):
        start, years = dt.date.fromisoformat(text_of(row["start"])), (months_of(text_of(row["span"])) or 0) // 12
        later = start.replace(year=start.year + years)
        part, source = text_of(row["part"]), f"<{text_of(row['from'])}> , <{text_of(row['length'])}>"
        for key, label, day in (("expiry", "届满日（施行当日计入）", later - dt.timedelta(days=1)), ("expiry-alternative", "届满日（始日不计）", later)):
            out.append(f'<{part}/{key}> a po:ExpiryDate ;\n    rdfs:label "{label}"@zh ;\n    po:date "{day}"^^xsd:date ;\n    po:statedIn <{part}> ;\n    prov:wasDerivedFrom {source} .\n')
    return out


def build() -> str:
    """Return the text of data/derived.ttl."""
    graph = facts()
    lines = [f"@prefix {p}: <{iri}> ." for p, iri in PREFIXES.items() if p in ("po", "bt", "cv", "rdfs", "prov", "xsd")]
    out = ["# 推算的事实，由 tools/derive.py 从 data/policy.ttl 和 ontology/rules 得出，不要手改。", *lines, "", *expiry(graph)]
    for rule in sorted((ROOT / "ontology/rules").glob("*.rq")):
        text = rule.read_text(encoding="utf-8")
        out.append(text.splitlines()[0])
        triples = sorted(f"{short(t.subject.value)} {short(t.predicate.value)} {short(t.object.value)} ." for t in graph.store.query(HEADER + text))
        out += [*triples, ""]
    return "\n".join(out)


def main() -> int:
    text = build()
    if "--check" in sys.argv:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print("data/derived.ttl 不是由现在的事实推出的，请执行 python tools/derive.py")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
