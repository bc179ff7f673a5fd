// What is said of one thing: kind, name, facts as label and value, synonyms, its page in the graph.

function factList(rows, linkOf) {
  const list = el("dl", { class: "pp-facts" });
  let last = null;
  for (const [word, value, path] of rows) {
    if (word !== last) list.append(el("dt", {}, word));
    last = word;
    list.append(el("dd", {}, path ? linkOf(value, path) : value));
  }
  return list;
}

const pageLink = (text, path) => el("a", { href: beside(path), target: "_blank", rel: "noopener" }, text);

function card(thing, level, linkOf = pageLink) {
  const head = el(`h${level}`, { tabindex: -1 }, el("span", { class: "pp-kind" }, thing.kind), " ", thing.label);
  const also = thing.also.length ? el("p", { class: "pp-also" }, `也叫：${thing.also.join("、")}`) : null;
  const page = thing.path ? el("p", { class: "pp-page" }, pageLink("打开它的数据页", thing.path)) : null;
  return el("div", { class: "pp-card" }, head, factList(thing.rows, linkOf), also, page);
}
