"""What day it is: the one place that asks the system's clock. Whoever gives no day of their own gets this one.

    --as-of, as_of, 申请日期  else  today()
"""

from __future__ import annotations

import datetime as dt


def today() -> dt.date:
    """Return today's date where this machine stands."""
    return dt.date.today()
