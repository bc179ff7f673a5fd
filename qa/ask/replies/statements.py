"""What a question takes for granted of the document itself or of how a sum is paid: question and reply -> the reply begun with yes or no."""

from __future__ import annotations

import dataclasses
import re

from qa.ask.numbers import number
from qa.ask.records import Said
from qa.ask.replies.common import Context
from qa.benefit import span

CLAIMS = re.compile(r"对吗|对不|对么|对吧|[吧嘛]$|[吧嘛]?[?？]$|是不是|是吗|吗[?？]?$|真的|没错|听说|据说|不是说|没记错")
_N = r"(?P<n>\d+|[零一二两三四五六七八九十]+)"
_COUNTED = {"agency-count": rf"{_N}\s*条", "term": rf"{_N}\s*年", "article-count": rf"(?<![第这那哪零一二三四五六七八九十\d]){_N}\s*条", "chapters": rf"{_N}\s*个?(?:大)?(?:部分|章|块|板块)", "doc-number": rf"{_N}\s*号"}
_FIELDS = "科技|财政|发改|教育|人社|审批|税务|住建|工信|商务|民政|国资|组织|宣传|科学技术"
_OFFICE = re.compile(rf"国务院|(?:省|市|县|区)(?:委|政府)(?:办公?室?)?|(?:省|市)?(?:{_FIELDS})(?:局|厅|委|部)|经开区|管委会|金控集团|金融监管分局|科协")
_LONG = {"市政府办公室": "市人民政府办公室", "市政府办": "市人民政府办公室"}
AT_ONCE = re.compile(r"一次性|一次(?:就)?(?:全)?(?:给|付|发|打|拨|到|结)|一把(?:给|付|打|拿)|一口气|一笔给|一回给|一下子|全打|一辈子一次|一锤子")


def begun(context: Context, said: Said) -> Said:
    """Begin with yes or no where the question states what the reply says, or says otherwise."""
    text = context.reading.text
    if said.status != "answered" or not CLAIMS.search(text) or re.match("不|是|没|对|数额对|文件没有写", said.answer):
        return said
    head = _document(context, said) or _rhythm(context)
    return dataclasses.replace(said, answer=head + said.answer) if head else said


def _document(context: Context, said: Said) -> str:
    """Compare a number, an office or an article that the question names with the reply about the document."""
    key, text = context.pattern.key, context.reading.text
    if key in _COUNTED and not (key == "agency-count" and ("配合" in text or len(context.reading.agencies) != 1)):
        claimed, true = re.search(_COUNTED[key], text), re.search(_COUNTED[key], said.answer)
        if claimed and true:
            return "是的。" if number(claimed["n"]) == number(true["n"]) else f"不是{claimed[0]}。"
    if key in ("doc-issuer", "doc-approver") and (office := _OFFICE.search(text)):
        name = _LONG.get(office[0], office[0])
        return "" if name == "市政府" and key == "doc-issuer" else "是的。" if name in said.answer else f"不是{office[0]}。"
    if key == "which-article" and context.reading.articles and not set(context.reading.articles) & set(said.articles):
        return "不是。"
    return ""


def _rhythm(context: Context) -> str:
    """Say whether it is paid at once, where the question takes that for granted."""
    if not AT_ONCE.search(context.reading.text) or len(context.measures) != 1:
        return ""
    benefits = context.catalogue.of_measure[context.measures[0].iri]
    if stretched := next((b.instalments for b in benefits if b.instalments), None):
        return f"不是一次性，分{span(stretched)}到位。"
    if period := next((b.period for b in benefits if b.period), None):
        return f"不是一次性，按{'月' if period == 1 else '年'}给。"
    return "是的，一次性。" if any(b.one_off for b in benefits) else ""
