"""Numbers in a question: money, shares, head counts, spans of time, dates, article numbers, in any spelling.

read(text) -> Numbers. cn2an sees only tokens that are already cut out as a number.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

_CN = "零〇一二两俩仨三四五六七八九十百千"
_FOLDED = str.maketrans({"〇": "零", "俩": "两", "仨": "三"})
_FORMAL = str.maketrans(dict(zip("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十", strict=True)) | {"廿": "二十"})
_WRITTEN_OUT = re.compile(r"[壹贰叁肆伍陆柒捌玖拾佰仟零\d一二两三四五六七八九十]*[壹贰叁肆伍陆柒捌玖拾佰仟](?=[万亿元圆])")
_LARGE = str.maketrans({"佰": "百", "仟": "千"})
_ABOUT = re.compile(r"[一二两三四五六七八九]{2,3}")  # 七八个: some, not seventy-eight
_SCHOOLS = re.compile(r"(?<!\d)(?:985|211)(?![\d.,]|\s*[万亿千百元块年个人名位])|qs\s*(?:前)?\s*\d+")
_NUM = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[{_CN}]+(?:点[{_CN}]+)?)"
_SIZE = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "w": 10**4, "m": 10**6, "千": 1000, "k": 1000, "百": 100, "": 1}
_MONEY = re.compile(
    rf"(?P<n>{_NUM})\s*(?P<more>来|多|几)?(?:个(?=[亿万]|w(?![a-z])))?(?P<size>千万|百万|亿|万|w(?![a-z])|m(?![a-z\d])|千|k(?![a-z]))"
    rf"(?:(?P<tail>[{_CN}\d]+)(?![{_CN}\d]*[年个月人名位条号日项家笔台套份次张])(?P<tsize>千|百)?(?P<whole>[万亿])?)?(?P<half>半)?\s*(?:元|块钱|块|人民币|rmb)?"
    rf"|(?P<n2>{_NUM})\s*(?:元|块钱|块(?![国省市]|牌))"
    r"|(?P<halfyi>半个?亿)"
    r"|(?:每个?月|月月|一个?月|按月)(?:就|都|能|可以|才|只|是|要)?[给发补领拿有贴]{0,2}\s*(?P<bare>\d{3,5})(?!\d|[.,]\d|[%万千百亿wk元块个名位年月人条号])"
)
_BOTH = "(?<=[妻弟兄哥姐妹爷娘他她我咱你们])[俩仨]"
_KIN = "娃|孩|闺女|儿子|后生|姑娘|小伙|兄弟|姐妹|同事|年轻人|员工|老师|专家|研究员"
_PAIR = "(?:夫妻|小两口|两夫妻|[和跟与同](?:我|俺|咱)?(?:家)?(?:媳妇|老婆|老公|爱人|对象|丈夫|妻子|先生|太太|女朋友|男朋友|女友|男友|未婚妻|未婚夫|同学|室友|哥们|朋友))(?=[^,，。;；两二俩\\d]{0,5}(?:都|全|皆))"
_COUNT = re.compile(
    rf"(?P<n>{_NUM})\s*(?:个|名|位|号人|人|口子|家|座|台|处|所)(?!学[位历]|档|级别|等级|层次|(?:半|多|来)?月|年|星期|礼拜|周|点|季度|条|亿|w(?![a-z])|万)"
    rf"|(?P<k>[{_CN}]|\d+)(?={_KIN})|(?P<both>{_BOTH})|(?P<pair>{_PAIR})"
)
_PEOPLE = r"(?:个|名|位|号|家|处|块)?(?:\s*(?:全日制|名校|新来的|新|的|是|(?:(?!人|月)[一-龥]){1,3}大|清华|985|211))*\s*(?P<who>博士后|博士|硕士|本科|研究生|phd|大学生|学士|国家级|国家|省级|省|市级|市)"
_GROUP = re.compile(rf"(?P<n>{_NUM}){_PEOPLE}|(?<![\d.点])(?P<n3>[一二两俩仨三四五六七八九\d])(?P<who3>博|硕|本)(?![后士科])|(?P<who5>phd|博|硕|本)\s*(?P<n5>\d+)\s*(?:人|名|位)|(?P<who2>博士|硕士|本科(?:生)?|研究生|国家级|省级|市级)(?P<n2>{_NUM})(?:个(?!半?月)|名|位|人|家)|(?P<who4>博士|硕士|本科|国家级|省级|市级)(?:研究生|生|的|平台|重点实验室|实验室|技术创新中心|中试基地)?(?:批|评|认|来|招|引进|引|签|有|进)(?:上|定|下来|到|来)?了?(?P<n4>{_NUM})(?:个|名|位|家|人)(?!半?月)")
_MONTHS = re.compile(rf"(?P<y>{_NUM})\s*(?:个)?年(?P<hy>半)?(?:零|又|加|多)?(?:(?P<m2>{_NUM})\s*个?月(?!份))?|(?<!第)(?<!最后)(?P<m>{_NUM})\s*(?:[来多]?个(?P<hm>半)?(?:多)?月|months?)|(?P<few>[俩仨])月|(?P<halfyear>半(?:拉|来)?年)|(?P<q>{_NUM})\s*个?季度")
_PERCENT = re.compile(rf"(?P<n>\d+(?:\.\d+)?)\s*(?:%|个点)|百分之(?P<c>{_NUM})|(?P<d>[{_CN}\d])成(?P<dh>半)?(?![立交效果本员功长为])")
_ARTICLE = re.compile(r"第?\s*(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:条|條|款)")
_BARE_ARTICLES = re.compile(r"第\s*((?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、,和及与到至\-~]?)+)\s*条|(?<![共有是前几哪约\d一二三四五六七八九十])((?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、和及与])+(?:\d{1,2}|[一二三四五六七八九十]{1,3}))\s*条(?!措施|政策|路|街|龙)")
_LAST = re.compile(r"倒数第?\s*(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})\s*条|最后(?P<last>一)条")
_RANGE = re.compile(r"第?\s*(?P<a>\d{1,2}|[一二三四五六七八九十]{1,3})\s*条?\s*(?:到|至|[-~—–])\s*第?\s*(?P<b>\d{1,2}|[一二三四五六七八九十]{1,3})\s*条(?!措施|政策|以)")
_BARE = re.compile(
    r"(?<![第共有是前几哪约\d一二三四五六七八九十头合个份那这])(?P<n>\d{1,2}|[一二]?十[一二三四五六七八九]?)\s*条(?!措施|政策|人才|办法|规定|路|街|龙|[都一]|全(?!文)|以上|以内)"
    r"|article\s*(?P<e>\d{1,2})"
)
_CHAPTER = re.compile(r"第\s*(?P<n>[一二三四五12345])\s*(?:部分|章|大部分|大块|大类|大项)")
_DATE = re.compile(r"(?P<y>20\d\d(?![\d.]*\s*[万亿元千块])(?=\s*[年./-])|[二两][零〇][二三四]\w|(?<!\d)\d\d(?=年(?:\d|[一二三四五六七八九十]{1,2}月|年?[底初末春夏秋冬以之前后])))\s*[年./-](?!\s*月)\s*(?:(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*(?:[月./-]\s*(?:(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s*[日号]?)?)?)?(?P<part>初|底|末|年初|年底|年末)?")


@dataclass(frozen=True)
class Numbers:
    """What a question counts: money in yuan, shares as fractions, months, heads by tier word, articles, chapter, dates."""

    money: tuple[Decimal, ...] = ()
    shares: tuple[Decimal, ...] = ()
    months: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    articles: tuple[int, ...] = ()
    chapter: int | None = None
    dates: tuple[tuple[int, int | None, int | None], ...] = ()

    def after(self, before: Numbers) -> Numbers:
        """Return these numbers with what an earlier question gave and this one leaves out: its sum, share, span or heads."""
        kept = {name: getattr(self, name) or getattr(before, name) for name in ("money", "shares", "months")}
        heads = self if self.counts or self.groups else before
        return replace(self, counts=heads.counts, groups=heads.groups, **kept)


def number(token: str) -> Decimal | None:
    """Return the value of one cut-out number token, Arabic or Chinese; None where it is none."""
    token = token.replace(",", "").translate(_FOLDED)
    if _ABOUT.fullmatch(token):
        return None
    try:
        return Decimal(token)
    except InvalidOperation:
        pass
    import cn2an  # late: it takes as long to load as two questions to answer, and most have no such number

    try:
        return Decimal(str(cn2an.cn2an(token, "smart")))
    except (ValueError, KeyError, TypeError):
        return None


def _money(match: re.Match[str]) -> Decimal | None:
    if match["halfyi"]:
        return Decimal(10**8) / 2
    if match["bare"]:
        return Decimal(match["bare"])
    if match["n2"]:
        return number(match["n2"])
    value = number(match["n"])
    if value is None:
        return None
    size = _SIZE[match["size"]]
    total = value * size
    if match["tail"] and (tail := number(match["tail"].lstrip("零〇") or "0")) is not None:
        rest = tail * _SIZE[match["tsize"]] if match["tsize"] else tail * size / 10 if tail < 10 and match["tail"][0] not in "零〇0" else tail
        whole = _SIZE[match["whole"] or ("万" if match["size"] == "亿" and "千" in (match["tsize"], match["tail"][-1]) else "")]
        total = (total + rest) * whole if size < whole else total + rest * whole
    return total + (Decimal(size) / 2 if match["half"] else 0)


def _months(match: re.Match[str]) -> int | None:
    if match["halfyear"]:
        return 6
    if match["few"]:
        return 2 if match["few"] == "俩" else 3
    if match["q"]:
        return int(quarters * 3) if (quarters := number(match["q"])) is not None else None
    if match["m"]:
        value = number(match["m"])
        return None if value is None or value > 600 else int(value + (Decimal("0.5") if match["hm"] else 0))
    value = number(match["y"])
    if value is None or value > 60:
        return None
    extra = number(match["m2"]) if match["m2"] else Decimal(0)
    return int(value * 12 + (6 if match["hy"] else 0) + (extra or 0))


def _share(match: re.Match[str]) -> Decimal | None:
    if match["d"]:
        tenth = number(match["d"])
        return None if tenth is None else tenth / 10 + (Decimal("0.05") if match["dh"] else 0)
    value = number(match["n"] or match["c"])
    return None if value is None else value / 100


def _articles(text: str) -> tuple[int, ...]:
    text = _LAST.sub(" ", text.translate(_FORMAL))
    found: list[int] = []
    for match in _RANGE.finditer(text):
        first, last = number(match["a"]), number(match["b"])
        if first is not None and last is not None and first < last < 100:
            found += range(int(first), int(last) + 1)
    if found:
        return tuple(sorted({*found, *_articles(_RANGE.sub(" ", text))}))
    for match in _BARE_ARTICLES.finditer(text):
        found += [int(v) for token in re.split(r"[、,和及与到至\-~]", match[1] or match[2]) if (v := number(token)) is not None]
    if not found:
        found = [int(v) for m in _BARE.finditer(text) if (v := number(m["n"] or m["e"])) is not None]
    if not found:
        found = [int(v) for match in _ARTICLE.finditer(text) if match[0].startswith("第") and (v := number(match["n"])) is not None]
    return tuple(dict.fromkeys(n for n in found if 0 <= n < 100))


def from_the_end(text: str) -> int | None:
    """Return which article from the end a question means: 1 for 最后一条, 2 for 倒数第二条; None where it does not say so."""
    match = _LAST.search(text)
    value = number(match["n"] or match["last"]) if match else None
    return None if value is None else int(value)


def _dates(text: str) -> tuple[tuple[int, int | None, int | None], ...]:
    out = []
    for match in _DATE.finditer(text):
        year_text = "".join(str("零一二三四五六七八九".find(c)) if c in "零一二三四五六七八九" else c for c in match["y"].replace("两", "二").replace("〇", "零"))
        if not year_text.isdigit():
            continue
        year = int(year_text) + (2000 if len(year_text) == 2 else 0)
        month: Decimal | None = number(match["m"]) if match["m"] else None
        day: Decimal | None = number(match["d"]) if match["d"] else None
        if month is None and match["part"]:
            month = Decimal(1 if "初" in match["part"] else 12)
        if month is not None and not 1 <= month <= 12:
            month = day = None
        out.append((year, int(month) if month else None, int(day) if day and day <= 31 else None))
    return tuple(out)


def read(text: str) -> Numbers:
    """Read every number of a normalised question."""
    text = _WRITTEN_OUT.sub(lambda run: run[0].translate(_FORMAL).translate(_LARGE), text)
    dated = _DATE.sub(" ", re.sub(_BOTH, r"\g<0>，", _SCHOOLS.sub("名校", text)))  # 夫妻俩一个博士: two, then one
    plain = _BARE_ARTICLES.sub(" ", dated)
    money = [(m.start(), v) for m in _MONEY.finditer(plain) if (v := _money(m)) is not None]
    groups = []
    for match in _GROUP.finditer(plain):
        heads = number(match["n"] or match["n2"] or match["n3"] or match["n4"] or match["n5"])
        if heads is not None and 0 < heads < 10_000 and heads == int(heads):
            groups.append((match["who"] or match["who2"] or match["who3"] or match["who4"] or match["who5"], int(heads)))
    part = _CHAPTER.search(text)
    section = number(part["n"]) if part else None
    return Numbers(
        money=tuple(v for _, v in money),
        shares=tuple(v for m in _PERCENT.finditer(plain) if (v := _share(m)) is not None),
        months=tuple(span for m in _MONTHS.finditer(plain) if (span := _months(m)) is not None),
        counts=tuple(int(n) for m in _COUNT.finditer(plain) if (n := number(m["n"] or m["k"] or m["both"] or "2")) is not None and n < 10_000 and n == int(n)),
        groups=tuple(groups),
        articles=_articles(text),
        chapter=None if section is None else int(section),
        dates=_dates(text),
    )


def day_range(date: tuple[int, int | None, int | None]) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day that a year, month and day can mean; None where there is no such day."""
    year, month, day = date
    try:
        if month is None:
            return dt.date(year, 1, 1), dt.date(year, 12, 31)
        if day is None:
            following = dt.date(year + month // 12, month % 12 + 1, 1)
            return dt.date(year, month, 1), following - dt.timedelta(days=1)
        return dt.date(year, month, day), dt.date(year, month, day)
    except ValueError:
        return None
