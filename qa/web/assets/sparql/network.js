// A result as nodes and arrows. One tab stop; arrow keys go from node to node, and the node's neighbours are told below.

const MOST_EDGES = 150;
const ROUNDS = 180;

// Edges from two columns of rows: hint's columns where they are there, else the first two that are not numbers.
function edgesOf(result, hint) {
  const numbers = numeric(result);
  const named = result.names.filter((name) => !numbers.includes(name));
  const fits = hint.kind === "graph" && result.names.includes(hint.label) && result.names.includes(hint.value);
  const [from, to] = fits ? [hint.label, hint.value] : named;
  if (!from || !to) return [];
  const more = result.names.find((name) => name !== from && name !== to);
  return result.rows.filter((row) => row[from] && row[to]).map((row) => ({ from: row[from], to: row[to], name: more ? row[more] : null }));
}

// Edges from N-Triples; labels name the nodes, other literals are no nodes.
function edgesOfTriples(text) {
  const names = new Map();
  const edges = [];
  for (const line of text.split("\n")) {
    const parts = /^(<[^>]*>|_:\S+) <([^>]*)> (?:(<[^>]*>|_:\S+)|("(?:[^"\\]|\\.)*")\S*) \.\s*$/.exec(line);
    if (!parts) continue;
    const node = (text_) => (text_.startsWith("<") ? { type: "uri", value: text_.slice(1, -1) } : { type: "bnode", value: text_.slice(2) });
    if (parts[3]) edges.push({ from: node(parts[1]), to: node(parts[3]), name: { type: "uri", value: parts[2] } });
    else if (parts[2].endsWith("#label")) names.set(parts[1].replace(/^<|>$/g, ""), unquoted(parts[4]));
  }
  return { names, edges };
}
function unquoted(text) {
  const plain = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
  const point = (digits) => (parseInt(digits, 16) <= 0x10ffff ? String.fromCodePoint(parseInt(digits, 16)) : "\ufffd");
  return text.slice(1, -1).replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four, eight, one) => (one ? plain[one] || one : point(four || eight)));
}

// Springs and repulsion from a ring: no chance in it, so the same result gives the same picture.
function settle(nodes, edges, width, height) {
  const ideal = Math.sqrt((width * height) / Math.max(nodes.length, 1)) * 0.8;
  nodes.forEach((node, i) => {
    const turn = (2 * Math.PI * i) / nodes.length;
    node.x = width / 2 + Math.cos(turn) * width * 0.36;
    node.y = height / 2 + Math.sin(turn) * height * 0.38;
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const push = nodes.map(() => [0, 0]);
    const pull = (a, b, force) => {
      const [dx, dy] = [nodes[b].x - nodes[a].x, nodes[b].y - nodes[a].y];
      const far = Math.max(Math.hypot(dx, dy), 1);
      const by = force(far) / far;
      push[a][0] += dx * by;
      push[a][1] += dy * by;
      push[b][0] -= dx * by;
      push[b][1] -= dy * by;
    };
    for (let a = 0; a < nodes.length; a += 1) for (let b = a + 1; b < nodes.length; b += 1) pull(a, b, (far) => -(ideal * ideal) / far);
    for (const edge of edges) if (edge.a !== edge.b) pull(edge.a, edge.b, (far) => (far * far) / ideal);
    const most = (ideal / 2) * (1 - round / ROUNDS) + 0.5;
    nodes.forEach((node, i) => {
      const long = Math.hypot(...push[i]) || 1;
      node.x = Math.min(width - 48, Math.max(48, node.x + (push[i][0] / long) * Math.min(long, most)));
      node.y = Math.min(height - 30, Math.max(18, node.y + (push[i][1] / long) * Math.min(long, most)));
    });
  }
}

function network(all, names, known, title) {
  const shown = all.slice(0, MOST_EDGES);
  const index = new Map();
  const nodes = [];
  const numberOf = (term) => {
    const key = term.type + term.value;
    if (!index.has(key)) {
      index.set(key, nodes.length);
      nodes.push({ term, name: names.get(term.value) || told(term, known) || "（空）", out: [], into: [] });
    }
    return index.get(key);
  };
  const edges = shown.map((edge) => ({ a: numberOf(edge.from), b: numberOf(edge.to), name: edge.name ? told(edge.name, known) : "" }));
  edges.forEach((edge) => {
    nodes[edge.a].out.push(edge);
    nodes[edge.b].into.push(edge);
  });
  const cut = all.length > MOST_EDGES ? `共 ${all.length} 条连线，只画前 ${MOST_EDGES} 条。` : "";
  const caption = el("figcaption", {}, `${title}：${nodes.length} 个节点，${edges.length} 条连线。${cut}点一个节点，或用 Tab 进入图里再按方向键，看它连到谁。`);
  const picture = el("div", { class: "sw-picture" });
  const about = el("div", { class: "sw-about", role: "status" });
  let current = 0;

  const list = (some, side) => some.map((edge) => nodes[edge[side]].name + (edge.name ? `（${edge.name}）` : "")).join("、");
  function tell(node) {
    const out = node.out.length ? `指向：${list(node.out, "b")}。` : "";
    const into = node.into.length ? `来自：${list(node.into, "a")}。` : "";
    about.replaceChildren(el("b", {}, node.name), " ", node.term.type === "uri" ? iriLink(node.term.value, known) : "", el("span", {}, ` ${out}${into}`));
  }

  function draw() {
    const width = Math.max(280, picture.clientWidth || 600);
    const height = Math.min(820, Math.max(340, nodes.length * 16));
    settle(nodes, edges, width, height);
    const lines = edges.map((edge) => arrow(nodes[edge.a], nodes[edge.b]));
    const marks = nodes.map((node, i) => {
      const mark = svg("g", { class: "sw-node", tabindex: i === current ? 0 : -1, role: "button", "aria-label": `${node.name}，指向 ${node.out.length} 个，来自 ${node.into.length} 个` });
      mark.append(svg("circle", { cx: node.x, cy: node.y, r: 9 }), svg("text", { x: node.x, y: node.y + 22, "text-anchor": "middle" }, clip(node.name, width < 500 ? 7 : 12)), svg("title", {}, node.name));
      const choose = () => {
        marks[current].setAttribute("tabindex", "-1");
        current = i;
        mark.setAttribute("tabindex", "0");
        edges.forEach((edge, at) => lines[at].classList.toggle("sw-lit", edge.a === i || edge.b === i));
        tell(node);
      };
      mark.addEventListener("focus", choose);
      mark.addEventListener("click", () => mark.focus());
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        marks[(i + step + marks.length) % marks.length].focus();
      });
      return mark;
    });
    picture.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": caption.textContent }, ...lines, ...marks));
  }
  return { node: el("figure", {}, caption, picture, about), draw };
}

function arrow(from, to) {
  const far = Math.hypot(to.x - from.x, to.y - from.y);
  if (far < 1) return svg("circle", { cx: from.x, cy: from.y - 13, r: 9, class: "sw-edge" });
  const [dx, dy] = [(to.x - from.x) / far, (to.y - from.y) / far];
  const [x, y] = [to.x - dx * 11, to.y - dy * 11];
  const head = `M${x - dx * 8 - dy * 4},${y - dy * 8 + dx * 4}L${x},${y}L${x - dx * 8 + dy * 4},${y - dy * 8 - dx * 4}`;
  return svg("path", { class: "sw-edge", d: `M${from.x},${from.y}L${x},${y}${head}` });
}
