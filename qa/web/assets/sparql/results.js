// One answer of the endpoint, shown in the ways that fit it, with its downloads.

const RDF_JSON = "application/sparql-results+json";

function readAnswer(media, text) {
  if (!media.includes("json")) return { kind: "graph", text };
  const data = JSON.parse(text);
  if (typeof data.boolean === "boolean") return { kind: "ask", text, answer: data.boolean };
  return { kind: "select", text, names: data.head.vars, rows: data.results.bindings };
}

// fetchTriples: () -> Promise of the same graph in N-Triples, asked for only where a picture of it is wanted.
function results(answer, known, title, hint, fetchTriples) {
  const area = el("div", { class: "sw-view" });
  let redraw = () => {};
  let width = 0;
  const views = { select: selectViews, ask: askViews, graph: graphViews }[answer.kind]();
  const buttons = Object.entries(views).map(([name, view]) => button(name, () => show(name), { "aria-pressed": "false", disabled: !view.show, title: view.show ? null : view.why }));

  async function show(name) {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.textContent === name));
    const made = await views[name].show();
    // Another view may have been chosen while this one was fetched.
    if (!buttons.some((one) => one.textContent === name && one.getAttribute("aria-pressed") === "true")) return;
    area.replaceChildren(made.node || made);
    if (made.draw) made.draw();
    redraw = made.draw || (() => {});
  }
  new ResizeObserver(() => {
    if (Math.abs(area.clientWidth - width) > 4 && area.clientWidth) {
      width = area.clientWidth;
      redraw();
    }
  }).observe(area);

  function selectViews() {
    const edges = edgesOf(answer, hint);
    const none = answer.rows.length ? "" : "没有行；";
    return {
      表格: { show: () => table(answer, known, title) },
      图: { show: numeric(answer).length ? () => chart(answer, known, title, hint) : null, why: none + "要有一列全是数，才能画图" },
      关系图: { show: edges.length ? () => network(edges, new Map(), known, title) : null, why: none + "要有两列不是数的，才能画关系图" },
    };
  }
  function askViews() {
    return { 答案: { show: () => el("p", { class: "sw-answer" }, answer.answer ? "是（true）" : "否（false）") } };
  }
  function graphViews() {
    const draw = async () => {
      try {
        const { names, edges } = edgesOfTriples(await fetchTriples());
        return edges.length ? network(edges, names, known, title) : el("p", {}, "这张图里没有两头都是节点的连线。");
      } catch (error) {
        return el("p", { role: "alert" }, String(error.message || error));
      }
    };
    return { 文字: { show: () => el("pre", { class: "sw-turtle", tabindex: "0", role: "region", "aria-label": "Turtle 文字" }, answer.text) }, 关系图: { show: draw } };
  }

  const files = {
    select: () => [button("下载 CSV", () => save("result.csv", "text/csv;charset=utf-8", csv(answer))), button("下载 JSON", () => save("result.json", RDF_JSON, answer.text))],
    ask: () => [button("下载 JSON", () => save("result.json", RDF_JSON, answer.text))],
    graph: () => [button("下载 Turtle", () => save("result.ttl", "text/turtle;charset=utf-8", answer.text))],
  }[answer.kind]();
  const node = el("div", {}, el("div", { class: "sw-bar-row" }, el("div", { role: "group", "aria-label": "结果的样子", class: "sw-group" }, ...buttons), ...files), area);
  show(buttons[0].textContent);
  return node;
}
