// The catalogue: topics that open and close, their queries as buttons, and a box that narrows them.

// topics: [label, [[key, label, comment, text, chart, chart label, chart value], …]]
function catalogue(topics, choose) {
  const groups = topics.map(([label, queries], at) => {
    const items = queries.map(([key, title, comment, text, chartKind, chartLabel, chartValue]) => {
      const query = { key, title, comment, text, hint: { kind: chartKind, label: chartLabel, value: chartValue } };
      const open = button(title, () => {
        for (const one of groups.flatMap((group) => group.items)) one.open.removeAttribute("aria-current");
        open.setAttribute("aria-current", "true");
        choose(query);
      });
      return { open, item: el("li", {}, open), low: (label + title + comment + key).toLowerCase() };
    });
    const count = el("span", {}, `（${queries.length}）`);
    const details = el("details", { open: at === 0 }, el("summary", {}, label, count), el("ul", {}, ...items.map(({ item }) => item)));
    return { details, items, count };
  });
  const search = el("input", { type: "search", id: "sw-search", placeholder: "例如：牵头、比例、有效期", autocomplete: "off", maxlength: "100" });
  const found = el("p", { role: "status", class: "sw-found" });
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let total = 0;
    groups.forEach(({ details, items, count }, at) => {
      const fit = items.filter(({ low, item }) => {
        item.hidden = !words.every((word) => low.includes(word));
        return !item.hidden;
      });
      total += fit.length;
      count.textContent = `（${fit.length}）`;
      details.hidden = !fit.length;
      details.open = words.length ? fit.length > 0 : at === 0;
    });
    found.textContent = words.length ? (total ? `找到 ${total} 个查询。` : "没有这样的查询，换一个词试试。") : "";
  });
  const list = el("div", { class: "sw-topics" }, ...groups.map(({ details }) => details));
  return el("nav", { class: "sw-catalogue", "aria-label": "查询目录" }, el("label", { for: "sw-search" }, "找现成的查询"), search, found, list);
}
