"""The SPARQL endpoint: Pool (bounded workers over a store), router (SPARQL 1.1 Protocol), Limits; see protocol.py."""

from qa.sparql.limits import Answer, Job, Limits
from qa.sparql.pool import Pool
from qa.sparql.problem import Problem

__all__ = ["Answer", "Job", "Limits", "Pool", "Problem"]
