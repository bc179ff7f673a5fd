"""The only IRIs spelled in Python; every other name comes from the graph."""

from __future__ import annotations

ONTOLOGY = "https://policy.datong.example/ontology#"
ID = "https://policy.datong.example/id/"
SHAPES = "https://policy.datong.example/shapes#"

PREFIXES = {
    "po": ONTOLOGY,
    "id": ID,
    "ag": ID + "agency/",
    "bt": ID + "beneficiary/",
    "ti": ID + "tier/",
    "f": ID + "field/",
    "pl": ID + "place/",
    "to": ID + "topic/",
    "li": ID + "list/",
    "leaf": SHAPES,
    "shape": "https://policy.datong.example/shapes/measure#",
    "ap": ID + "applicant-kind/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "cv": "http://data.europa.eu/m8g/",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "dct": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def field(name: str) -> str:
    """Return the IRI of the information concept called name."""
    return f"{ID}field/{name}"


def short(iri: str) -> str:
    """Return iri as a prefixed name where a prefix fits a plain local name, else in angle brackets."""
    for prefix, base in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        local = iri.removeprefix(base)
        if local != iri and local.replace("-", "").replace("_", "").isalnum() and local.isascii():
            return f"{prefix}:{local}"
    return f"<{iri}>"
