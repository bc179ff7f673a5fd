"""The analysts' queries: graph -> frozen records, topic by topic, in the order the data gives.

load_catalogue(graph) -> (AnalystQuery, …)              the text runs as pasted: its PREFIX lines are its own
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from qa.errors import DataError
from qa.graph import Graph, Row, text_of

_QUERIES = """SELECT ?query ?label ?comment ?form ?text ?chart ?chartLabel ?chartValue ?topic ?topicLabel ?topicOrder ?order WHERE {
  VALUES (?property ?form) { (sh:select "select") (sh:ask "ask") (sh:construct "construct") }
  ?query a sh:SPARQLExecutable ; rdfs:label ?label ; rdfs:comment ?comment ; ?property ?text ; dct:subject ?topic ; po:ordinal ?order .
  ?topic rdfs:label ?topicLabel ; po:ordinal ?topicOrder .
  FILTER(LANG(?label) = "zh" && LANG(?comment) = "zh" && LANG(?topicLabel) = "zh")
  OPTIONAL { ?query po:chart ?chart }
  OPTIONAL { ?query po:chartLabel ?chartLabel ; po:chartValue ?chartValue }
} ORDER BY ?query ?topicOrder"""


@dataclass(frozen=True)
class Topic:
    """A topic of the catalogue: its IRI, Chinese label and place in the order of topics."""

    iri: str
    label: str
    order: int


@dataclass(frozen=True)
class AnalystQuery:
    """One query of the catalogue; form is select, ask or construct, chart is bar, line, graph, table or "" (a yes or no).

    chart_label and chart_value name variables of the result ("" where the chart needs none): of a graph, the two ends of an edge.
    """

    iri: str
    key: str
    label: str
    comment: str
    topics: tuple[Topic, ...]
    form: str
    text: str
    order: int
    chart: str
    chart_label: str
    chart_value: str


def load_catalogue(graph: Graph) -> tuple[AnalystQuery, ...]:
    """Return every analysts' query, by its first topic and then in its own order.

    Raises DataError where a query has two texts or labels, so that no record could tell which is meant.
    """
    queries = [_query(list(rows)) for _, rows in groupby(graph.select(_QUERIES), key=lambda row: text_of(row["query"]))]
    return tuple(sorted(queries, key=lambda query: (query.topics[0].order, query.order)))


def _query(rows: list[Row]) -> AnalystQuery:
    get = {name: text_of(term) for name, term in rows[0].items()}
    topics = tuple(Topic(text_of(row["topic"]), text_of(row["topicLabel"]), int(text_of(row["topicOrder"]))) for row in rows)
    if len(set(topics)) != len(rows):
        raise DataError(f"查询目录里的 {get['query']} 有两份标题、说明或查询，请在 questions/analysts.ttl 里只留一份。")
    return AnalystQuery(
        iri=get["query"],
        key=get["query"].rpartition("/")[2],
        label=get["label"],
        comment=get["comment"],
        topics=topics,
        form=get["form"],
        text=get["text"].strip() + "\n",
        order=int(get["order"]),
        chart=get.get("chart", ""),
        chart_label=get.get("chartLabel", ""),
        chart_value=get.get("chartValue", ""),
    )
