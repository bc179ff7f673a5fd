"""Content negotiation: q-values, how closely a type is named, and what is said where nothing fits."""

from __future__ import annotations

import pytest

from qa.sparql.negotiate import choose, plain_preferred
from qa.sparql.problem import Malformed, NotAcceptable

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


@pytest.mark.parametrize(
    ("kind", "accept", "key", "media"),
    [
        ("select", None, "json", JSON),
        ("select", "", "json", JSON),
        ("select", "*/*", "json", JSON),
        ("select", "nonsense", "json", JSON),
        ("select", XML, "xml", XML),
        ("select", "TEXT/CSV", "csv", "text/csv"),
        ("select", "text/tab-separated-values", "tsv", "text/tab-separated-values"),
        ("select", "text/csv;q=0.5, text/tab-separated-values;q=0.6", "tsv", "text/tab-separated-values"),
        ("select", "text/csv;q=0.6, text/tab-separated-values;q=0.5", "csv", "text/csv"),
        ("select", "text/csv, */*", "csv", "text/csv"),
        ("select", "text/csv;q=0.9, */*", "json", JSON),
        ("select", f"{JSON};q=0, */*;q=0.1", "xml", XML),
        ("select", "text/*", "csv", "text/csv"),
        ("select", "text/*;q=0.9, text/csv;q=0.1", "tsv", "text/tab-separated-values"),
        ("select", "application/json", "json", "application/json"),
        ("select", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml", "application/xml"),
        ("select", 'text/csv;charset="utf-8,x";q=1', "csv", "text/csv"),
        ("select", "text/csv; q=2, text/tab-separated-values;q=0.001", "tsv", "text/tab-separated-values"),
        ("ask", "text/csv;q=1, application/json;q=0.1", "json", "application/json"),
        ("graph", None, "turtle", "text/turtle"),
        ("graph", "application/n-triples", "nt", "application/n-triples"),
        ("graph", "application/rdf+xml;q=0.4, application/ld+json;q=0.5", "jsonld", "application/ld+json"),
        ("page", "text/html", "html", "text/html"),
        ("page", "*/*", "turtle", "text/turtle"),
    ],
)
def test_the_format_chosen(kind, accept, key, media):
    assert choose(kind, accept) == (key, media)


@pytest.mark.parametrize(("kind", "accept"), [("select", "text/turtle"), ("ask", "text/csv"), ("graph", JSON), ("select", "*/*;q=0"), ("select", "image/*")])
def test_what_cannot_be_given_is_refused_with_what_can(kind, accept):
    with pytest.raises(NotAcceptable) as told:
        choose(kind, accept)
    assert ("text/turtle" if kind == "graph" else JSON) in told.value.message


@pytest.mark.parametrize(("kind", "wanted", "key"), [("select", "csv", "csv"), ("select", "JSON", "json"), ("graph", "ttl", "turtle"), ("graph", "rdfxml", "rdfxml"), ("select", "text/csv", "csv")])
def test_the_format_parameter_comes_first(kind, wanted, key):
    assert choose(kind, "text/turtle;q=0.1, application/sparql-results+xml", wanted).key == key


def test_an_unknown_format_and_one_of_another_kind():
    with pytest.raises(Malformed, match="jsonld"):
        choose("select", None, "exe")
    with pytest.raises(NotAcceptable):
        choose("select", None, "turtle")


def test_text_carries_its_charset():
    assert choose("select", "text/csv").content_type == "text/csv; charset=utf-8"
    assert choose("select", None).content_type == JSON


@pytest.mark.parametrize(("accept", "plain"), [("text/plain", True), (f"{JSON}, text/plain;q=0.5", True), ("*/*", False), ("text/plain;q=0.1, application/json", False), (None, False)])
def test_problems_as_plain_text(accept, plain):
    assert plain_preferred(accept) is plain
