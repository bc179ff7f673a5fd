"""Replies that a template says from the rows: facts, lists, agencies, dates, article texts, counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.ask.records import Said
from qa.ask.replies.common import LOW, Context, article, articles, column, day, join, row_articles, row_facts
from qa.graph import Row, text_of

_FIELD = re.compile(r"\{(\w+)\}")
_ROOM = 195
_HELP = "配合|协办|协助|打下手|帮衬"
_ROLES = ("牵头|打头|领头|主办|主责|挑头", _HELP)
_MEMBER = re.compile(r"(?:有没有|有无|包不包括|含不含|包括不包括)(?P<a>[一-龥]{2,6})[?？吗呢啊]*$|[,，、 ](?P<b>[一-龥]{2,6})(?:在不在|算不算)"
    r"|(?:提到|点到|点名|写到|列了)(?P<c>[一-龥]{2,6}?)(?:了|没有|没|产业|这行)*[?？吗呢啊么]*$"
    r"|(?:^|[,，、 ])(?P<d>[一-龥]{2,8}?)(?:这行|行业|产业|的)?(?:在不在|算不算|是不是|属不属于|属于|算|是)[^,，]{0,8}(?:产业|行业|赛道|方向)(?!有?哪|是?什么)")

_WITHOUT = re.compile(
    r"不(?:归|由|是由?|属于?|用|要|经|让|靠|走)[^,，。]{0,8}(?:管|牵头|负责|配合|参与|过手|出面|点头|打头|挑头)|(?:跟|与|和|同)[^,，。]{1,8}(?:没(?:有)?|无|不沾)(?:啥|任何|什么)?(?:关|边|干)"
    r"|(?:不|没(?:有)?)(?:管|牵头|负责|配合|参与|掺和|沾|挨|打头|挑头|当家|过手|出面|露面|主管|有份)[^,，。]{0,2}(?:的|哪)|边都不|不沾边|不挨边"
)
_NEEDED = "需要。"
_WHO_OR_HOW = re.compile(r"谁|哪家|哪个|哪些|什么人|怎么|怎样|如何|(?:什么|啥|哪道)程序")
_YES = ((re.compile(r"管不管|管(?:吗|么|不|没)"), "管"), (re.compile(r"算不算|算[^,，。]{0,6}(?:吗|么|不$|嘛)|属于|归不归"), "算"))
_NO_PART = re.compile(r"配合|参与|掺和|沾|挨|关系?(?:的|$|[?？])|[没无]啥?关|边|露面|有份|干系")
_TOGETHER = re.compile(r"一起|一块|共同|同时|搭伙|联手|都(?!有?哪)")


def _substitute(template: str, fields: dict[str, str]) -> str:
    return _FIELD.sub(lambda match: fields.get(match[1], ""), template)


def _fields(context: Context, rows: Sequence[Row]) -> dict[str, str]:
    """Return what a template may name: every column joined, its plural, and the derived ones."""
    out: dict[str, str] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        values = column(rows, name)
        if name == "date":
            values = [day(v) for v in values]
        out[name] = out[name + "s"] = join(values)
        out[name + "sQuoted"] = "”和“".join(values)
    numbers = row_articles(rows)
    out["articles"] = articles(numbers)
    out["count"] = str(len(column(rows, "label") or column(rows, "article") or column(rows, "value") or rows))
    if rows and "count" in rows[0]:
        out["countValue"] = text_of(rows[0]["count"])
    if rows and "referredN" in rows[0]:
        referred = [int(v) for v in column(rows, "referredN")]
        out["referredNs"], out["count"] = articles(referred), str(len(referred))
    if context.pattern.row:
        said = [_substitute(context.pattern.row, {k: text_of(v) for k, v in row.items()}) for row in rows]
        low = bool(LOW.search(context.reading.text))
        out["rows"], out["first"], out["most"] = join(said), _ends(rows, said, low), "最少" if low else "最多"
    return out | _asked(context)


def _ends(rows: Sequence[Row], said: Sequence[str], low: bool) -> str:
    """Return the first of ranked rows, or every one of the last where the least is asked for."""
    if not said:
        return ""
    last = text_of(rows[-1].get("total"))
    return join([words for row, words in zip(rows, said, strict=True) if text_of(row.get("total")) == last]) if low else said[0]


def _asked(context: Context) -> dict[str, str]:
    reading, catalogue = context.reading, context.catalogue
    numbers = reading.articles or tuple(dict.fromkeys(m.article for m in context.measures))
    return {
        "measures": join([m.label for m in context.measures]) or "该事项",
        "agencies": join([context.labels.get(a, "") for a in reading.agencies]) or "您问的单位",
        "slotArticles": articles(n for n in numbers if n in catalogue.articles),
    }


def fill(context: Context, template: str, rows: Sequence[Row]) -> str:
    """Fill a template from rows; groups with the same words are said once, with their names joined."""
    if not rows or "group" not in rows[0]:
        return _substitute(template, _fields(context, rows))
    said: dict[str, list[str]] = {}
    for group in column(rows, "group"):
        inside = [row for row in rows if text_of(row.get("group")) == group]
        fields = _fields(context, inside) | {"group": "{group}"}
        said.setdefault(_substitute(template, fields), []).append(group)
    return "".join(text.replace("{group}", join(groups)) for text, groups in said.items())


def listing(context: Context, rows: Sequence[Row]) -> Said:
    """Say the rows through the pattern's template, or what no row means."""
    if not rows:
        cited = context.reading.articles or tuple(dict.fromkeys(m.article for m in context.measures))
        text = fill(context, context.pattern.empty, rows)
        held = [context.catalogue.articles[n] for n in cited if n in context.catalogue.articles]
        if "slotArticle" in context.pattern.slots:
            own = next(iter(context.catalogue.referrals.values()))[1]
            return Said(text, (context.catalogue.articles[own].iri + "/referral",), (own,))
        return Said(text, tuple(p.iri + "/heading" for p in held), tuple(p.number or 0 for p in held))
    said = fill(context, context.pattern.template, rows)
    if _WHO_OR_HOW.search(context.reading.text):
        said = said.removeprefix(_NEEDED)  # 谁来评估 is no question of yes or no
    return Said(_within(context, rows) + said, row_facts(rows), row_articles(rows))


def _within(context: Context, rows: Sequence[Row]) -> str:
    """Say whether the one thing asked for stands in a list of the document, "" where none is asked for."""
    match = _MEMBER.search(context.reading.text) if context.pattern.slots == ("document",) and len(column(rows, "value")) > 1 else None
    if not match:
        return ""
    word = re.sub(r"^(?:我们|咱们|你们|他们|我|咱|文件|里面|这里)*(?:是?[做搞干]|生产)?", "", next(filter(None, match.groups())))
    values = "、".join(column(rows, "value"))
    if len(word) > 1 and (word in values or any(value in word for value in column(rows, "value"))):
        return "有。"
    return "" if len(word) < 2 or any(word[i : i + 2] in values for i in range(len(word) - 1)) else f"没有{'点名' if '等' in context.pattern.template else ''}{word}。"


def counts(context: Context, rows: Sequence[Row]) -> Said:
    """Count what there is, class by class, with the names where the rows give them."""
    said = []
    for group in column(rows, "group"):
        inside = [row for row in rows if text_of(row["group"]) == group]
        names = join(column(inside, "label"))
        said.append(f"{group}{len(column(inside, 'fact'))}{text_of(inside[0]['unit'])}" + (f"（{names}）" if names else ""))
    return Said("；".join(said) + "。", row_facts(rows), row_articles(rows))


def involved(context: Context, rows: Sequence[Row]) -> Said:
    """Say which articles an agency leads and which it helps with."""
    if not rows:
        first = {lead: n for n, lead in sorted(context.catalogue.leads.items(), reverse=True)}
        text = fill(context, context.pattern.empty, rows) + f"牵头单位是{join(list(first)[::-1])}。"
        return Said(text, tuple(f"{context.catalogue.articles[n].iri}/lead" for n in first.values()), tuple(first.values()))
    said = []
    for group in column(rows, "group"):
        roles = (("Lead", "牵头"), ("Cooperating", "配合"))
        for role, verb in roles[::-1] if context.pattern.key == "agency-cooperates" else roles:
            inside = [r for r in rows if text_of(r["group"]) == group and text_of(r["role"]).endswith(role)]
            numbers = row_articles(inside)
            said.append(f"{group}{verb}{len(numbers)}条" + (f"（{articles(numbers)}）" if numbers else ""))
    names = column(rows, "group")
    if len(names) == 1 and _WITHOUT.search(context.reading.text):
        return _without(context, rows, names[0])
    if len(names) > 1 and _TOGETHER.search(context.reading.text):
        shared = sorted(set.intersection(*(set(row_articles([r for r in rows if text_of(r["group"]) == name])) for name in names)))
        said.insert(0, f"{join(names)}都在的有{len(shared)}条" + (f"（{articles(shared)}）" if shared else ""))
    return Said("，".join(said) + "。", row_facts(rows), row_articles(rows))


def _without(context: Context, rows: Sequence[Row], name: str) -> Said:
    """Say which articles with a lead unit an agency does not lead, or has no part in at all, as the question asks."""
    led, helped = ({*row_articles([r for r in rows if text_of(r["role"]).endswith(kind)])} for kind in ("Lead", "Cooperating"))
    others = sorted(context.catalogue.leads.keys() - led)
    neither = [n for n in others if n not in helped]
    if _NO_PART.search(context.reading.text):
        shown, said = neither, f"{name}不牵头也不配合的有{len(neither)}条" + (f"（{articles(neither)}）。" if neither else "。")
    else:
        shown, said = others, f"不由{name}牵头的有{len(others)}条（{articles(others)}）" + (f"，其中{name}也不配合的{len(neither)}条（{articles(neither)}）。" if neither else f"，{name}都配合。")
    return Said(said, tuple(f"{context.catalogue.articles[n].iri}/lead" for n in others), tuple(shown or others))


def role(context: Context, rows: Sequence[Row]) -> Said:
    """Say an agency's role in a measure, whether it is the role asked about, and who leads it (and who helps, where that was asked)."""
    said, catalogue, text = listing(context, rows), context.catalogue, context.reading.text
    leads = {catalogue.leads[n]: n for n in said.articles if n in catalogue.leads}
    asked = [words for words in _ROLES if re.search(words, text)]
    held = "、".join(column(rows, "roleLabel"))
    denied = "不是。" if rows and len(asked) == 1 and not re.search(asked[0], held) else ""
    tail = [f"牵头单位是{lead}" for lead in leads]
    helpers = [pair for n in said.articles for pair in catalogue.helpers[n]] if asked == [_HELP] else []
    if helpers and not rows:
        tail.append(f"配合单位是{join([name for name, _ in helpers])}")
    facts = (*said.facts, *(catalogue.articles[n].iri + "/lead" for n in leads.values()), *(iri for _, iri in helpers))
    answer = said.answer.removeprefix(f"是{held}。") if denied else said.answer
    return Said(denied + "；".join([answer.rstrip("。"), *tail]) + "。", facts, said.articles)


def items(context: Context, rows: Sequence[Row]) -> Said:
    """List what a measure comprises, list by list."""
    if not rows:
        from qa.ask.replies.overview import how

        return how(context, rows)
    said = []
    for group in dict.fromkeys((text_of(r["group"]), text_of(r["list"])) for r in rows):
        inside = [r for r in rows if (text_of(r["group"]), text_of(r["list"])) == group]
        said.append(f"{group[1]}有{len(inside)}项：{join(column(inside, 'label'))}（{articles(row_articles(inside))}）。")
    return Said("".join(dict.fromkeys(said)), row_facts(rows), row_articles(rows))


def item(context: Context, rows: Sequence[Row]) -> Said:
    """Say whether one thing is among those a measure lists."""
    listed = {text_of(r["fact"]): text_of(r["label"]) for r in rows}
    hit = [iri for iri in context.reading.items if iri in listed]
    if hit:
        inside = [r for r in rows if text_of(r["fact"]) in hit]
        from qa.ask.replies.overview import provisions

        given = [(b.iri, b.label) for m in context.measures[:1] for b in context.catalogue.of_measure[m.iri] if b.kind == "CaseByCaseBenefit"]
        ways = [*given, *(p for m in context.measures[:1] for p in provisions(context.catalogue, m.iri))][:2]
        also = "".join(f"；{words}" for _, words in ways)
        named = join([label if "“" in label else f"“{label}”" for label in column(inside, "label")])
        yes = next((word for asked, word in _YES if asked.search(context.reading.text)), "有")
        text = f"{yes}，包括{named}{also}（{articles(row_articles(inside))}）。"
        whole = items(context, [r for r in rows if text_of(r["list"]) in column(inside, "list")])
        short = len(text) + len(whole.answer) <= _ROOM and len(listed) > len(hit)  # what else is listed, where a short reply has room
        return Said(text + whole.answer * short, (*hit, *(iri for iri, _ in ways), *(whole.facts if short else ())), row_articles(inside))
    if not rows:
        from qa.ask.replies.eligibility import eligible

        return eligible(context, rows)
    if context.reading.verdict != "no":
        from qa.ask.replies.overview import how

        said = how(context, rows)
        return Said(("可以。" if context.reading.verdict == "yes" else "") + said.answer, said.facts, said.articles)
    said = items(context, rows)
    return Said("以列举为准，列举之外的不在其内。" + said.answer, said.facts, said.articles)


def article_text(context: Context, rows: Sequence[Row]) -> Said:
    """Give the official text of articles."""
    if not rows and context.reading.articles:
        top = max(context.catalogue.articles)
        return Said(f"没有这一条：本文件共{top}条，到{article(top)}为止。", (context.catalogue.articles[top].iri + "/heading",), (top,))
    if not rows:
        return Said("", status="no_answer")
    text = "".join(context.catalogue.words(int(text_of(r["start"])), int(text_of(r["end"]))) for r in rows)
    return Said(text, tuple(text_of(r["article"]) + "/heading" for r in rows), row_articles(rows))


def topic(context: Context, rows: Sequence[Row]) -> Said:
    """Say an article's heading, or its text where it has none."""
    said = []
    for row in rows:
        number = int(text_of(row["n"]))
        body = text_of(row.get("title")) or context.catalogue.words(int(text_of(row["start"])), int(text_of(row["end"]))).removeprefix(article(number))
        whole = context.catalogue.words(int(text_of(row["start"])), int(text_of(row["end"]))).removeprefix(article(number)).removeprefix(body)
        said.append(f"{article(number)}：{body}" + (whole if whole else ""))
    facts = tuple(text_of(r["article"]) + "/heading" for r in rows)
    return Said("".join(said), facts, row_articles(rows)) if rows else article_text(context, rows)


def chapters(context: Context, rows: Sequence[Row]) -> Said:
    """Say the parts of the document with how many articles each has."""
    said = "，".join(f"{text_of(r['label'])}{text_of(r['total'])}条" for r in rows)
    whole = sum(int(text_of(r["total"])) for r in rows)
    return Said(f"共{whole}条，分{len(rows)}个部分：{said}。", row_facts(rows))


PLAIN = {
    "list": listing, "involved": involved, "role": role, "items": items, "item": item, "article": article_text,
    "topic": topic, "chapters": chapters, "counts": counts,
}  # fmt: skip
