// 图谱: filters above, picture or list, and the panel of the chosen node. start(root) fills a section that holds its data as JSON.

const NARROW = "(max-width: 60rem)";

function listing(data, shown, chosen, pick) {
  const kinds = new Map();
  for (const number of shown) kinds.set(data.nodes[number].column, [...(kinds.get(data.nodes[number].column) || []), number]);
  return [...kinds].map(([column, numbers]) =>
    el(
      "section",
      { class: "pg-group" },
      el("h3", {}, el("span", { class: `pg-key pg-kind-${column}`, "aria-hidden": "true" }), `${data.kinds[column][0]}（${numbers.length}）`),
      el("ul", {}, ...numbers.map((number) => el("li", {}, button(data.nodes[number].label + (data.nodes[number].note ? `：${data.nodes[number].note}` : ""), () => pick(number), { "data-node": number, "aria-current": number === chosen ? "true" : null })))),
    ),
  );
}

function start(root) {
  const data = JSON.parse(root.querySelector("template[data-graph-data]").content.textContent);
  let chosen = null;
  let asList = window.matchMedia(NARROW).matches;

  const told = el("p", { role: "status", class: "pg-told" });
  const panel = el("aside", { "aria-label": "选中的节点" });
  const list = el("div", { class: "pg-list" });
  const picture = drawing(data, pick);
  const wanted = filters(data, draw);
  const only = el("input", { type: "checkbox", id: "pg-only" });
  only.addEventListener("change", draw);
  const views = [
    button("图", () => view(false)),
    button("列表", () => view(true)),
  ];
  const zooms = el("span", { class: "pg-zooms" }, button("放大", () => picture.zoom(1.25)), button("缩小", () => picture.zoom(0.8)), button("看全宽", picture.fit));

  function visible() {
    const groups = chosen === null ? [] : [...neighbours(data, chosen).values()].flat();
    const near = new Set(chosen === null ? [] : [chosen, ...groups]);
    return data.nodes.map((_, number) => number).filter((number) => near.has(number) || (!(only.checked && chosen !== null) && wanted.passes(data.nodes[number], number)));
  }
  function draw() {
    const shown = visible();
    only.disabled = chosen === null;
    views.forEach((one, i) => one.setAttribute("aria-pressed", String(asList === Boolean(i))));
    zooms.hidden = picture.frame.hidden = asList;
    list.hidden = !asList;
    if (!shown.length) {
      const none = [el("p", {}, "这样筛选，没有一个节点。"), button("清除筛选", wanted.clear)];
      (asList ? list : picture.frame).replaceChildren(...none);
      told.textContent = "";
      return;
    }
    if (asList) list.replaceChildren(...listing(data, shown, chosen, pick));
    else picture.draw(shown, chosen);
    told.textContent = `显示 ${shown.length} 个节点，共 ${data.nodes.length} 个。${chosen === null ? "点一个节点看它的内容和原文。" : `选中：${data.nodes[chosen].label}。`}`;
  }
  function view(list_) {
    asList = list_;
    draw();
    if (!asList) picture.start();
  }
  function pick(number) {
    chosen = number;
    draw();
    panel.replaceChildren(detail(data, number, pick, close));
    panel.classList.add("pg-open");
    panel.scrollTop = 0;
    panel.querySelector("h3").focus({ preventScroll: true });
  }
  function close() {
    const was = chosen;
    rest();
    draw();
    if (asList) list.querySelector(`[data-node="${was}"]`)?.focus();
    else picture.focus(was);
  }
  function rest() {
    chosen = null;
    panel.classList.remove("pg-open");
    panel.replaceChildren(el("p", { class: "pg-hint" }, "选一个节点，这里会写出它的内容、所依据的原文和相邻的节点。用键盘：Tab 进入图里，方向键逐个走，回车选定，+ 和 - 缩放，0 看全宽。"));
  }
  panel.addEventListener("keydown", (event) => event.key === "Escape" && chosen !== null && close());

  const bar = el("div", { class: "pg-bar" }, el("div", { role: "group", "aria-label": "怎样看", class: "pg-views" }, ...views), zooms, el("span", { class: "pg-check" }, only, el("label", { for: "pg-only" }, "只看选中的和相邻的")), button("清除筛选", wanted.clear));
  root.querySelector("[data-graph-wait]")?.remove();
  const legend = el("p", { class: "pg-told" }, "实线：牵头或直接规定。虚线：配合。");
  const more = el("details", { class: "pg-more", open: !asList }, el("summary", {}, "筛选"), wanted.node);
  root.append(seeker(data, pick), more, bar, told, el("div", { class: "pg-columns" }, el("div", { class: "pg-main" }, picture.frame, list), panel), legend);
  rest();
  draw();
  if (!asList) requestAnimationFrame(picture.start);
  root.pickPath = (path) => {
    const number = data.nodes.findIndex((node) => decodeURIComponent(node.path) === path);
    if (number >= 0) pick(number);
  };
}

function wantedNode(hash) {
  if (!hash.startsWith("#node=")) return null;
  try {
    return decodeURIComponent(hash.slice("#node=".length));
  } catch {
    return null;
  }
}

eachOnce("[data-graph-tab]", start);
onHash("图谱", wantedNode, (path) => {
  const root = document.querySelector("[data-graph-tab][data-started]");
  if (!root || !root.getClientRects().length) return false;
  root.pickPath(path);
  root.querySelector(".pg-columns").scrollIntoView({ block: "start" });
  return true;
});
