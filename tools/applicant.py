"""Write the value shapes of a record from the information concepts: ontology/ -> the upper part of shapes/applicant.ttl.

    python tools/applicant.py [--check]

Everything below the marker line (contradictions) is written by hand and kept. --check writes nothing and exits 1 where
the file is not what the concepts give.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qa.check.fields import Field, load_fields  # noqa: E402
from qa.graph import load, text_of  # noqa: E402
from qa.resources import turtle_files  # noqa: E402

TARGET = ROOT / "shapes/applicant.ttl"
MARKER = "# ---- 以下手写：前后矛盾 ----"
HEADER = """# 申请记录：上半部分由 tools/applicant.py 按信息项写出，不要手改；下半部分（前后矛盾）手写。
@prefix as: <https://policy.datong.example/shapes/applicant#> .
@prefix f: <https://policy.datong.example/id/field/> .
@prefix po: <https://policy.datong.example/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_LIMITS = {
    "text": ("sh:datatype xsd:string ; sh:maxLength 200", "应为不超过200字的文字"),
    "boolean": ("sh:datatype xsd:boolean", "只能填是或否"),
    "months": ("sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:maxInclusive 1200", "应为0至1200之间的整月数"),
    "money": ("sh:datatype xsd:decimal ; sh:minInclusive 0.0 ; sh:maxInclusive 10000000000000.0", "应为不小于0、不大于10万亿元的金额"),
    "date": ('sh:datatype xsd:date ; sh:minInclusive "1950-01-01"^^xsd:date ; sh:maxInclusive "2100-12-31"^^xsd:date', "应为1950年至2100年之间的日期"),
}
_PATTERNS = "SELECT ?field ?pattern WHERE { ?field po:pattern ?pattern }"


def shape(field: Field, patterns: dict[str, str]) -> str:
    """Return the property shape of one field."""
    if field.type in ("choice", "measure"):
        limit, words = "sh:in ( " + " ".join(f'"{v}"' for v in field.allowed) + " )", "只能填：" + "、".join(field.allowed)
    elif field.type == "identity":
        limit, words = f'sh:datatype xsd:string ; sh:pattern "{patterns[field.iri]}"', "号码的位数或格式不对"
    else:
        limit, words = _LIMITS[field.type]
    return f'as:{field.key} a sh:PropertyShape ;\n    sh:path f:{field.key} ;\n    {limit} ;\n    sh:maxCount 1 ;\n    sh:message "“{field.label}”{words}"@zh .\n'


def build(kept: str) -> str:
    """Return the text of shapes/applicant.ttl with the handwritten part kept."""
    graph = load([path for path in turtle_files() if path != TARGET])
    fields = load_fields(graph)
    patterns = {text_of(r["field"]): text_of(r["pattern"]).replace("\\", "\\\\") for r in graph.select(_PATTERNS)}
    record = "as:record a sh:NodeShape ;\n    sh:targetClass po:ApplicantRecord ;\n    sh:property " + " ,\n        ".join(f"as:{f.key}" for f in fields.values()) + " .\n"
    return "\n".join([HEADER, record, *(shape(f, patterns) for f in fields.values()), MARKER]) + kept


def main() -> int:
    before = TARGET.read_text(encoding="utf-8") if TARGET.exists() else MARKER + "\n"
    text = build(before.partition(MARKER)[2])
    if "--check" in sys.argv:
        if before == text:
            return 0
        print("shapes/applicant.ttl 不是由现在的信息项写出的，请执行 python tools/applicant.py")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
