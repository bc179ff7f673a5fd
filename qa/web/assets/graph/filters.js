// What is shown: kinds, chapter, agency, and the search by name, synonym or article.

const plainly = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");

// Nodes whose label, synonyms or note hold the words; those whose label begins with them first.
function matches(data, words) {
  const wanted = plainly(words);
  if (!wanted) return [];
  const rank = (node) => {
    const label = plainly(node.label);
    if (label.startsWith(wanted)) return 0;
    if (label.includes(wanted)) return 1;
    return node.also.some((other) => plainly(other).includes(wanted)) ? 2 : plainly(node.note).includes(wanted) ? 3 : -1;
  };
  return data.nodes
    .map((node, number) => [rank(node), number])
    .filter(([place]) => place >= 0)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, number]) => number);
}

function choice(id, label, options, change) {
  const select = el("select", { id }, ...options.map(([value, text]) => el("option", { value }, text)));
  select.addEventListener("change", change);
  return { select, node: el("div", { class: "pg-field" }, el("label", { for: id }, label), select) };
}

function filters(data, change) {
  const boxes = data.kinds.map(([label, on], column) => {
    const box = el("input", { type: "checkbox", id: `pg-kind-${column}`, checked: on });
    box.addEventListener("change", change);
    const count = data.nodes.filter((node) => node.column === column).length;
    return { box, node: el("span", { class: "pg-check" }, box, el("label", { for: box.id }, el("span", { class: `pg-key pg-kind-${column}`, "aria-hidden": "true" }), `${label}（${count}）`)) };
  });
  const agencies = data.nodes.map((node, number) => [number, node.label]).filter(([number]) => data.nodes[number].column === data.by);
  const chapter = choice("pg-chapter", "部分（章）", [["", "全部"], ...data.chapters.map(([label], i) => [i, label])], change);
  const agency = choice("pg-agency", data.kinds[data.by][0], [["", "全部"], ...agencies], change);
  const kinds = el("fieldset", { class: "pg-kinds" }, el("legend", {}, "显示哪些"), ...boxes.map((one) => one.node));

  function passes(node, number) {
    if (!boxes[node.column].box.checked) return false;
    const held = (articles) => node.articles.some((article) => articles.includes(article));
    if (chapter.select.value !== "" && !held(data.chapters[chapter.select.value][1])) return false;
    if (agency.select.value === "") return true;
    if (node.column === data.by) return number === Number(agency.select.value);
    const both = data.nodes[agency.select.value].articles.filter((article) => chapter.select.value === "" || data.chapters[chapter.select.value][1].includes(article));
    return held(both);
  }
  function clear() {
    boxes.forEach(({ box }, column) => (box.checked = data.kinds[column][1]));
    chapter.select.value = agency.select.value = "";
    change();
  }
  return { node: el("div", { class: "pg-filters" }, chapter.node, agency.node, kinds), passes, clear };
}

// A box that offers what it finds as buttons: Enter takes the first.
function seeker(data, pick) {
  const box = el("input", { type: "search", id: "pg-find", placeholder: "如：租房、科技局、第十七条", autocomplete: "off" });
  const offers = el("div", { class: "pg-offers" });
  const told = el("span", { role: "status", class: "pg-told" });
  const MOST = 8;
  let found = [];
  const take = (number) => {
    offers.replaceChildren();
    told.textContent = "";
    pick(number);
  };
  box.addEventListener("input", () => {
    found = matches(data, box.value);
    told.textContent = box.value.trim() ? (found.length ? `找到 ${found.length} 个${found.length > MOST ? `，先列 ${MOST} 个` : ""}` : "没有找到。换个说法，或看列表。") : "";
    offers.replaceChildren(...found.slice(0, MOST).map((number) => button(`${data.nodes[number].label}（${data.kinds[data.nodes[number].column][0]}）`, () => take(number))));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && found.length) take(found[0]);
  });
  return el("div", { class: "pg-field pg-seek", role: "search" }, el("label", { for: "pg-find" }, "查找"), box, told, offers);
}
