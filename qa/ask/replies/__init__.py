"""One function a reply kind: (Context, rows) -> Said. KINDS is the table the engine looks in."""

from qa.ask.replies.days import DAYS
from qa.ask.replies.eligibility import ELIGIBILITY
from qa.ask.replies.mentions import MENTIONS
from qa.ask.replies.money import MONEY
from qa.ask.replies.overview import OVERVIEW
from qa.ask.replies.plain import PLAIN
from qa.ask.replies.premises import PREMISES
from qa.ask.replies.sums import SUMS

KINDS = PLAIN | DAYS | MONEY | SUMS | PREMISES | OVERVIEW | MENTIONS | ELIGIBILITY
