// A result as bars or as a line, drawn in the width there is; every figure is also written.

const MOST_BARS = 80;
const MOST_POINTS = 200;
const ROW = 44;

function points(result, known, label, value) {
  return result.rows.filter((row) => row[value]).map((row) => ({ name: told(row[label], known) || "（空）", value: Number(row[value].value), text: row[value].value }));
}

function bars(data, width) {
  const shown = data.slice(0, MOST_BARS);
  const most = Math.max(...shown.map((one) => Math.abs(one.value)), 1e-9);
  const room = width - 16 - 9 * Math.max(...shown.map((one) => one.text.length));
  const drawn = shown.map((one, i) => {
    const long = Math.max(1, (Math.abs(one.value) / most) * Math.max(room, 40));
    const top = i * ROW;
    return svg(
      "g",
      {},
      svg("title", {}, `${one.name}：${one.text}`),
      svg("text", { x: 0, y: top + 15 }, clip(one.name, Math.floor(width / 15))),
      svg("rect", { x: 0, y: top + 20, width: long, height: 16, rx: 2, class: one.value < 0 ? "sw-bar sw-minus" : "sw-bar" }),
      svg("text", { x: long + 6, y: top + 33, class: "sw-figure" }, one.text),
    );
  });
  return svg("svg", { width, height: shown.length * ROW, viewBox: `0 0 ${width} ${shown.length * ROW}` }, ...drawn);
}

function line(data, width) {
  const shown = data.slice(0, MOST_POINTS);
  const [height, left, right, top, bottom] = [300, 40, 40, 28, 40];
  const values = shown.map((one) => one.value);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 0)];
  const x = (i) => left + (shown.length > 1 ? (i / (shown.length - 1)) * (width - left - right) : (width - left - right) / 2);
  const y = (value) => top + (1 - (value - low) / (high - low || 1)) * (height - top - bottom);
  const step = Math.max(1, Math.ceil((shown.length * 76) / (width - left - right)));
  const drawn = shown.flatMap((one, i) => [
    svg("circle", { cx: x(i), cy: y(one.value), r: 4, class: "sw-dot" }, svg("title", {}, `${one.name}：${one.text}`)),
    i % step ? null : svg("text", { x: x(i), y: height - 14, "text-anchor": "middle" }, clip(one.name, 5)),
    i % step ? null : svg("text", { x: x(i), y: y(one.value) - 9, "text-anchor": "middle", class: "sw-figure" }, one.text),
  ]);
  return svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("line", { x1: left, x2: width - right, y1: y(0), y2: y(0), class: "sw-axis" }),
    svg("polyline", { class: "sw-line", points: shown.map((one, i) => `${x(i)},${y(one.value)}`).join(" ") }),
    ...drawn,
  );
}

function picker(label, names, chosen, change) {
  const select = el("select", {}, ...names.map((name) => el("option", { value: name, selected: name === chosen }, name)));
  select.addEventListener("change", () => change(select.value));
  return el("label", {}, label + " ", select);
}

// hint: {kind, label, value} as the catalogue has it; it holds only where the result has these columns.
function chart(result, known, title, hint) {
  const values = numeric(result);
  const others = result.names.filter((name) => !values.includes(name));
  const fits = ["bar", "line"].includes(hint.kind) && result.names.includes(hint.label) && values.includes(hint.value);
  const chosen = fits ? { ...hint } : { kind: "bar", label: others[0] || values[0], value: values.find((name) => name !== (others[0] || values[0])) || values[0] };
  const picture = el("div", { class: "sw-picture" });
  const caption = el("figcaption", {});
  const kinds = { bar: "条形", line: "折线" };
  const choose = Object.entries(kinds).map(([kind, name]) =>
    button(name, () => {
      chosen.kind = kind;
      draw();
    }, { "data-kind": kind }),
  );

  function draw() {
    for (const one of choose) one.setAttribute("aria-pressed", String(one.dataset.kind === chosen.kind));
    const data = points(result, known, chosen.label, chosen.value);
    const most = chosen.kind === "bar" ? MOST_BARS : MOST_POINTS;
    const figures = data.map((one) => one.value);
    const drawn = (chosen.kind === "bar" ? bars : line)(data, Math.max(240, picture.clientWidth || 600));
    const cut = data.length > most ? `共 ${data.length} 项，只画前 ${most} 项；` : "";
    caption.textContent = `${title}：${chosen.value}（按 ${chosen.label}）。${cut}最小 ${Math.min(...figures)}，最大 ${Math.max(...figures)}；每一项的数在表格里都有。`;
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", caption.textContent);
    picture.replaceChildren(drawn);
  }

  const pick = (part) => (name) => {
    chosen[part] = name;
    draw();
  };
  const controls = el("div", { class: "sw-bar-row" }, el("div", { role: "group", "aria-label": "图的画法", class: "sw-group" }, ...choose), picker("标签列", result.names, chosen.label, pick("label")), picker("数值列", values, chosen.value, pick("value")));
  return { node: el("figure", {}, controls, caption, picture), draw };
}
