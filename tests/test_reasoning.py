"""HermiT over ontology and data: consistent, satisfiable, samples classified, a contradiction caught."""

from __future__ import annotations

import io

import owlready2
import pytest
import rdflib
from rdflib import RDF, Literal, Namespace, URIRef

from tests.conftest import ROOT

PO = Namespace("https://policy.datong.example/ontology#")
EX = Namespace("https://policy.datong.example/id/sample/")
pytestmark = pytest.mark.usefixtures("java")


def triples(*extra: tuple) -> bytes:
    whole = rdflib.Graph()
    for path in [*sorted((ROOT / "ontology").glob("*.ttl")), *sorted((ROOT / "data").glob("*.ttl"))]:
        whole.parse(path)
    for triple in extra:
        whole.add(triple)
    return whole.serialize(format="nt").encode()


def reason(*extra: tuple) -> owlready2.World:
    world = owlready2.World()
    ontology = world.get_ontology("https://policy.datong.example/ontology").load(fileobj=io.BytesIO(triples(*extra)))
    assert len(list(world.classes())) > 60, "owlready2 没有读到类"
    with ontology:
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0, ignore_unsupported_datatypes=True)
    return world


SAMPLES = (
    (EX.li, PO.Person, {PO.degree: "博士研究生", PO.studyMode: "全日制"}, "FullTimeDoctor"),
    (EX.wang, PO.Person, {PO.degree: "硕士研究生", PO.studyMode: "全日制", PO.famousUniversity: True}, "FamousUniversityMaster"),
    (EX.zhao, PO.Person, {PO.degree: "本科", PO.studyMode: "全日制"}, "FullTimeBachelor"),
    (EX.acme, PO.EnterpriseApplicant, {PO.techEnterprise: True, PO.locatedInPark: True}, "ParkTechEnterprise"),
    (EX.lab, PO.PlatformApplicant, {PO.platformLevel: "国家级"}, "NationalPlatform"),
)
NOT = ((EX.part, PO.Person, {PO.degree: "博士研究生", PO.studyMode: "非全日制"}, "FullTimeDoctor"),)


def statements(rows) -> list[tuple]:
    out = []
    for iri, kind, values, _ in rows:
        out.append((iri, RDF.type, kind))
        out += [(iri, p, Literal(v)) for p, v in values.items()]
    return out


def test_consistent_satisfiable_and_samples_classified():
    world = reason(*statements(SAMPLES + NOT))
    assert list(world.inconsistent_classes()) == []
    for iri, _, _, wanted in SAMPLES:
        names = {c.name for c in world[str(iri)].INDIRECT_is_a if hasattr(c, "name")}
        assert wanted in names, (iri, names)
    for iri, _, _, unwanted in NOT:
        assert unwanted not in {c.name for c in world[str(iri)].INDIRECT_is_a if hasattr(c, "name")}


@pytest.mark.parametrize(
    "extra",
    [
        ((URIRef("https://policy.datong.example/id/tongzhengbangui-2024-4/art_17/housing-purchase/doctor"), RDF.type, PO.InKindBenefit),),
        ((URIRef("https://policy.datong.example/id/tongzhengbangui-2024-4/art_1"), RDF.type, PO.Chapter),),
    ],
    ids=["资金待遇又说是实物", "一条又说是一章"],
)
def test_a_seeded_contradiction_is_caught(extra):
    with pytest.raises(owlready2.base.OwlReadyInconsistentOntologyError):
        reason(*extra)
