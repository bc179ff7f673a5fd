"""An analyst's further graphs beside the policy's: files named on the command line -> named graphs of a store."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from qa.errors import CallError

_QUADS = {".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}
_TRIPLES = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML}


def add(store: ox.Store, given: str) -> None:
    """Add FILE (TriG, N-Quads) or GRAPH_IRI=FILE (triples into that graph) to a store.

    Raises CallError saying what is wrong with the file or its form.
    """
    name, separator, path = given.rpartition("=")
    file = Path(path)
    try:
        if not separator:
            form = _QUADS.get(file.suffix.lower())
            if form is None:
                raise CallError(f"“{file.name}”要写明放进哪个图：--data 图的IRI={file.name}；只有 TriG（.trig）和 N-Quads（.nq）自带图名。")
            store.bulk_load(path=str(file), format=form)
        else:
            form = _TRIPLES.get(file.suffix.lower())
            if form is None:
                raise CallError(f"不认识“{file.name}”的格式，请用 .ttl、.nt、.rdf，或自带图名的 .trig、.nq。")
            store.bulk_load(path=str(file), format=form, to_graph=ox.NamedNode(name))
    except OSError as error:
        raise CallError(f"“{file.name}”读不出来：{error.strerror or error}。请检查路径。") from error
    except (SyntaxError, ValueError) as error:
        raise CallError(f"“{given}”装不进来：{str(error)[:200]}。请检查图的 IRI 和文件。") from error
