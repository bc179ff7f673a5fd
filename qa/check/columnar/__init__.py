"""Check for tables of a million rows: the same verdicts by columns instead of one by one.

    blocks of a file -> text columns -> typed values -> what holds on the day -> leaf states -> verdicts -> awards -> files
    read.py             values.py       hold.py                               weigh.py                  award.py   write.py

Every rule comes from the same places as in the ordinary checker: cells.parse for each distinct cell, the shapes for leaves and
contradictions, Amounts and Rules for each distinct set of figures. Tests hold verdicts, reasons and amounts of both equal.
"""
