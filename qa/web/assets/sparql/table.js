// A result as a table: every column sorts, IRIs of ours are links, literals are shown as they are.

const MOST_ROWS = 1000;
const NUMERIC = /#(?:integer|decimal|double|float|int|long|short|byte|nonNegativeInteger|positiveInteger|negativeInteger|nonPositiveInteger|unsigned\w+)$/;
const isNumber = (term) => Boolean(term) && term.type !== "uri" && NUMERIC.test(term.datatype || "") && Number.isFinite(Number(term.value));

// Columns whose every value is a number, and that have one.
const numeric = (result) => result.names.filter((name) => result.rows.some((row) => row[name]) && result.rows.every((row) => !row[name] || isNumber(row[name])));

function told(term, known) {
  if (!term) return "";
  if (term.type === "uri") return known.label(term.value) || known.short(term.value);
  if (term.type === "bnode") return "_:" + term.value;
  return typeof term.value === "string" ? term.value : JSON.stringify(term.value);
}

function iriLink(iri, known) {
  const path = known.path(iri);
  const name = known.short(iri);
  return path ? el("a", { href: path, target: "_blank", rel: "noopener", title: iri }, name) : el("span", { title: iri }, name);
}

function cell(term, known) {
  if (!term) return el("td", { class: "sw-none" });
  if (term.type === "uri") {
    const label = known.label(term.value);
    return el("td", {}, iriLink(term.value, known), label ? el("small", {}, " " + label) : null);
  }
  return el("td", isNumber(term) ? { class: "sw-number" } : {}, told(term, known), term["xml:lang"] ? el("small", {}, " @" + term["xml:lang"]) : null);
}

function sorted(rows, name, down, known) {
  const numbers = rows.every((row) => !row[name] || isNumber(row[name]));
  const compare = (a, b) => (numbers ? Number(a.value) - Number(b.value) : told(a, known).localeCompare(told(b, known), "zh"));
  const bound = rows.filter((row) => row[name]).sort((a, b) => compare(a[name], b[name]) * (down ? -1 : 1));
  return bound.concat(rows.filter((row) => !row[name]));
}

function table(result, known, caption) {
  const body = el("tbody", {});
  let by = "";
  let down = false;
  const heads = result.names.map((name) => {
    const arrow = el("span", { "aria-hidden": "true" }, " ⇅");
    const head = el("th", { scope: "col" }, button(name, () => order(name), { title: "按这一列排序" }));
    head.firstChild.append(arrow);
    return { name, head, arrow };
  });

  function order(name) {
    down = by === name ? !down : false;
    by = name;
    for (const { name: column, head, arrow } of heads) {
      if (column === name) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      arrow.textContent = column === name ? (down ? " ▼" : " ▲") : " ⇅";
    }
    show();
  }
  function show() {
    const rows = by ? sorted(result.rows, by, down, known) : result.rows;
    body.replaceChildren(...rows.slice(0, MOST_ROWS).map((row) => el("tr", {}, ...result.names.map((name) => cell(row[name], known)))));
  }

  show();
  const none = result.rows.length ? null : el("p", {}, "没有符合的行：图谱里没有这样的内容，或条件写得太窄。");
  const over = result.rows.length > MOST_ROWS ? el("p", {}, `共 ${result.rows.length} 行，这里只显示前 ${MOST_ROWS} 行；下载的文件里有全部的行。`) : null;
  const made = el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...heads.map(({ head }) => head))), body);
  return el("div", {}, over, none, el("div", { class: "sw-scroll", tabindex: "0", role: "region", "aria-label": "结果表格，可左右滚动" }, made));
}

// CSV as the SPARQL standard has it, with a mark that tells spreadsheets it is UTF-8; what a spreadsheet would run as a formula gets an apostrophe.
function csv(result) {
  const safe = (term) => {
    const text = term && term.type === "uri" ? term.value : told(term);
    const inert = !isNumber(term) && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(inert) ? '"' + inert.replaceAll('"', '""') + '"' : inert;
  };
  const lines = [result.names.join(","), ...result.rows.map((row) => result.names.map((name) => safe(row[name])).join(","))];
  return "\ufeff" + lines.join("\r\n") + "\r\n";
}
