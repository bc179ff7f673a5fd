// What is said of the chosen node: its facts, the text it rests on, and its neighbours by how they are linked.

function neighbours(data, number) {
  const groups = new Map();
  const add = (word, other) => groups.set(word, [...(groups.get(word) || []), other]);
  for (const [from, to, out, back] of data.edges) {
    if (from === number) add(out, to);
    if (to === number) add(back, from);
  }
  return new Map([...groups].map(([word, others]) => [word, [...new Set(others)].sort((a, b) => a - b)]));
}

function detail(data, number, pick, close) {
  const node = data.nodes[number];
  const at = new Map(data.nodes.map((other, i) => [other.path, i]));
  const groups = neighbours(data, number);
  const linkOf = (text, path) => (at.has(path) && at.get(path) !== number ? button(text, () => pick(at.get(path)), { class: "pg-inline" }) : pageLink(text, path));
  // What is among the neighbours already need not stand among the facts too.
  const told = new Set([...groups.values()].flat().map((other) => data.nodes[other].path));
  const made = card({ ...node, rows: node.rows.filter(([, , path]) => !told.has(path)), label: node.note && !node.rows.length ? `${node.label} ${node.note}` : node.label }, 3, linkOf);
  // Many quotes are the many places that name it: its neighbours tell more.
  const MOST = node.quotes.length > 3 ? 0 : 3;
  const quotes = node.quotes.slice(0, MOST).map(([part, anchor, text]) => el("blockquote", {}, text, " ", el("a", { href: `#${anchor}` }, `（${part}，看原文）`)));
  const more = node.quotes.slice(MOST).map(([part, anchor, text]) => el("li", {}, text, " ", el("a", { href: `#${anchor}` }, `（${part}）`)));
  const rest = more.length ? el("details", {}, el("summary", {}, `原文 ${more.length} 处`), el("ul", {}, ...more)) : null;
  const near = [...groups].map(([word, others]) =>
    el("div", { class: "pg-group" }, el("h4", {}, `${word}（${others.length}）`), el("ul", {}, ...others.map((other) => el("li", {}, button(data.nodes[other].label + (data.nodes[other].note ? `：${data.nodes[other].note}` : ""), () => pick(other)))))),
  );
  const head = made.querySelector("h3");
  head.replaceWith(el("div", { class: "pp-head" }, head.cloneNode(true), button("关闭", close, { class: "pp-close", "aria-label": "关闭，回到图谱" })), ...[...quotes, rest].filter(Boolean));
  made.append(...near);
  return made;
}
