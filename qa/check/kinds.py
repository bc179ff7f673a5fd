"""Kinds of applicant: who fills in which form, which measures and fields concern them, as the graph says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa.check.effective import APPLIED, KIND
from qa.check.requirements import Requirements
from qa.graph import Graph, text_of
from qa.terms import field as field_iri

_KINDS = """SELECT ?kind ?label ?value WHERE { ?kind a po:ApplicantKind ; rdfs:label ?label ; po:applicantKindValue ?value . FILTER(LANG(?label) = "zh") } ORDER BY STR(?kind)"""
_NAMES = "SELECT DISTINCT ?kind ?name WHERE { ?kind a po:ApplicantKind ; rdfs:label|skos:altLabel ?name } ORDER BY STR(?kind) ?name"
_MEASURES = "SELECT DISTINCT ?kind ?measure WHERE { ?kind po:mayBe ?type . ?measure a po:SupportMeasure ; po:hasBeneficiaryStatement/po:beneficiaryType ?type }"
_BASES = "SELECT ?measure ?base WHERE { ?measure po:hasBenefit/(po:rateBase|po:ratioLimitBase|po:ratioLimitAlternativeBase) ?base }"
_PERIODIC = "SELECT DISTINCT ?measure WHERE { ?measure po:hasBenefit/po:paymentPeriod ?p }"
_ALWAYS = ("applicantId", "applicantName", "applicantKind", "applicationDate")
_OTHERS = ("inJinchuanggu", "otherSupport", "otherSupportMeasure", "otherSupportPolicy", "otherSupportAmount", "otherSupportReceived")


@dataclass(frozen=True)
class Kind:
    """A kind of applicant: label, names, the value of 申请主体类型, the measures and the fields that concern it."""

    iri: str
    label: str
    names: tuple[str, ...]
    value: str
    measures: frozenset[str]
    fields: tuple[str, ...]


def load_kinds(graph: Graph, requirements: Requirements) -> Mapping[str, Kind]:
    """Read the kinds of applicant, keyed by label and by every other name."""
    fields_of: dict[str, set[str]] = {m: {leaf.field for leaf in r.every} for m, r in requirements.of.items()}
    for row in graph.select(_BASES):
        fields_of[text_of(row["measure"])].add(text_of(row["base"]))
    for row in graph.select(_PERIODIC):
        fields_of[text_of(row["measure"])].add(field_iri("claimMonths"))
    dates = {months: {text_of(i) for i in found} - {APPLIED} for months, found in graph.lists("po:derivedFromDates").items()}
    order = [text_of(i) for items in graph.lists("po:formOrder").values() for i in items]
    measures = graph.select(_MEASURES)
    names = graph.select(_NAMES)
    out: dict[str, Kind] = {}
    for row in graph.select(_KINDS):
        iri, label, value = (text_of(row[name]) for name in ("kind", "label", "value"))
        own = frozenset(text_of(r["measure"]) for r in measures if text_of(r["kind"]) == iri)
        wanted = {field_iri(name) for name in (*_ALWAYS, *_OTHERS, "idNumber" if value == "个人" else "creditCode")} | {KIND}
        wanted |= {f for m in own for f in fields_of[m]}
        wanted |= {f for months, found in dates.items() if months in wanted for f in found}
        if field_iri("degree") in wanted:
            wanted.add(field_iri("schoolRecord"))
        kind = Kind(iri, label, tuple(text_of(r["name"]) for r in names if text_of(r["kind"]) == iri), value, own, tuple(f for f in order if f in wanted))
        out |= dict.fromkeys(kind.names, kind) | {label: kind}
    return out


def purposes(requirements: Requirements, kind: Kind) -> Mapping[str, str]:
    """Return for each field of a kind's form which measures ask for it: 购房补贴、租房补贴（第十七条）."""
    out: dict[str, list[str]] = {}
    for requirement in requirements.of.values():
        if requirement.measure in kind.measures:
            for field in dict.fromkeys(leaf.field for leaf in requirement.every):
                out.setdefault(field, []).append(requirement.label)
    return {field: "、".join(labels) for field, labels in out.items()}
