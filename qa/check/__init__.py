"""Applicants checked against the shapes: files or records in, verdicts with reasons, mends and amounts out.

    fields -> cells, readers -> engine (effective -> shacl -> verdict -> amounts, rules) -> writers, report, summary

Import from its modules; this package imports none of them, so that asking does not load the judge.
"""
