// The picture: boxes and lines in a frame that scrolls by mouse, touch and keys. One tab stop; arrow keys go from box to box.

const SMALLEST = 0.4;
const LARGEST = 2.5;
const READABLE = 0.75;

function line(from, to, minor) {
  const [a, b] = [from.y + from.height / 2, to.y + to.height / 2];
  const same = from.x === to.x;
  const [x, y] = same ? [from.x, to.x] : from.x < to.x ? [from.x + BOX, to.x] : [from.x, to.x + BOX];
  const bend = same ? -GAP * 0.6 : (y - x) / 2;
  return svg("path", { class: minor ? "pg-line pg-minor" : "pg-line", d: `M${x},${a}C${x + bend},${a} ${same ? y + bend : y - bend},${b} ${y},${b}` });
}

function drawing(data, pick) {
  const frame = el("div", { class: "pg-frame" });
  let [scale, size, shown, current, marks] = [1, { width: 0, height: 0 }, null, null, new Map()];

  function resize() {
    const picture = frame.firstElementChild;
    if (!picture) return;
    picture.setAttribute("width", size.width * scale);
    picture.setAttribute("height", size.height * scale);
  }
  // Zoom about a point of the frame, so that what one looks at stays where it is.
  function zoom(to, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
    const next = Math.min(LARGEST, Math.max(SMALLEST, to));
    const [left, top] = [(frame.scrollLeft + x) / scale, (frame.scrollTop + y) / scale];
    scale = next;
    resize();
    frame.scrollLeft = left * scale - x;
    frame.scrollTop = top * scale - y;
  }
  // least keeps letters readable; without it the whole width is shown, however small.
  function fit(least = SMALLEST) {
    if (!size.width) return;
    zoom(Math.max(least, Math.min(1, (frame.clientWidth - 4) / size.width)));
    see(current);
  }
  // The chosen box and as many columns of its neighbours as can be read at once.
  function gather(number, others) {
    const at = [number, ...others].map((one) => shown.boxes.get(one)).filter(Boolean);
    const [left, right] = [Math.min(...at.map((box) => box.x)) - MARGIN, Math.max(...at.map((box) => box.x)) + BOX + MARGIN];
    if ((right - left) * scale > frame.clientWidth) zoom(Math.max(READABLE, frame.clientWidth / (right - left)));
    if (left * scale < frame.scrollLeft || right * scale > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = left * scale;
    see(number);
  }

  function see(number) {
    const box = shown && shown.boxes.get(number);
    if (!box) return;
    const [x, y] = [box.x * scale, box.y * scale];
    if (x < frame.scrollLeft || x + BOX * scale > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x - (frame.clientWidth - BOX * scale) / 2;
    if (y < frame.scrollTop + TOP * scale || y + box.height * scale > frame.scrollTop + frame.clientHeight) frame.scrollTop = y - (frame.clientHeight - box.height * scale) / 2;
  }
  function stop(number) {
    if (marks.has(current)) marks.get(current).setAttribute("tabindex", "-1");
    current = number;
    if (marks.has(current)) marks.get(current).setAttribute("tabindex", "0");
  }
  function go(number) {
    stop(number);
    marks.get(number).focus({ preventScroll: true });
    see(number);
  }
  // Up and down within the column; left and right to the nearest box of the next column.
  function step(from, key) {
    const box = shown.boxes.get(from);
    const all = [...shown.boxes.values()];
    const column = all.filter((other) => other.x === box.x).sort((a, b) => a.y - b.y);
    const place = column.indexOf(box);
    if (key === "ArrowDown") return column[Math.min(place + 1, column.length - 1)].number;
    if (key === "ArrowUp") return column[Math.max(place - 1, 0)].number;
    if (key === "Home") return column[0].number;
    if (key === "End") return column[column.length - 1].number;
    const side = key === "ArrowRight" ? 1 : -1;
    const beyond = all.filter((other) => (other.x - box.x) * side > 0);
    if (!beyond.length) return from;
    const next = Math.min(...beyond.map((other) => Math.abs(other.x - box.x)));
    return beyond.filter((other) => Math.abs(other.x - box.x) === next).reduce((best, other) => (Math.abs(other.y - box.y) < Math.abs(best.y - box.y) ? other : best)).number;
  }

  function mark(box, state) {
    const node = data.nodes[box.number];
    const group = svg("g", { class: `pg-box ${state}`, tabindex: -1, role: "button", "data-node": box.number, "aria-label": `${data.kinds[node.column][0]}：${node.label}${node.note ? `，${node.note}` : ""}`, "aria-current": state === "pg-chosen" ? "true" : null });
    const text = [...box.lines.map((words) => [words, "pg-name"]), ...box.note.map((words) => [words, "pg-note"])];
    group.append(
      svg("title", {}, node.note ? `${node.label}：${node.note}` : node.label),
      svg("rect", { x: box.x, y: box.y, width: BOX, height: box.height, rx: 6 }),
      svg("rect", { class: `pg-edge pg-kind-${node.column}`, x: box.x, y: box.y, width: 6, height: box.height, rx: 3 }),
      ...text.map(([words, kind], i) => svg("text", { class: kind, x: box.x + 15, y: box.y + 21 + i * LINE }, words)),
    );
    group.addEventListener("click", () => !dragged && pick(box.number));
    group.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") pick(box.number);
      else if (/^(Arrow|Home|End)/.test(event.key)) go(step(box.number, event.key));
      else if (event.key === "+" || event.key === "=") zoom(scale * 1.2);
      else if (event.key === "-") zoom(scale / 1.2);
      else if (event.key === "0") fit();
      else return;
      event.preventDefault();
    });
    group.addEventListener("focus", () => stop(box.number));
    return group;
  }

  // chosen: the node whose neighbours stand out, or null.
  function draw(numbers, chosen) {
    shown = layout(data, numbers);
    size = shown;
    const touching = data.edges.filter(([a, b]) => a === chosen || b === chosen);
    const beside_ = new Set(touching.flat().filter((one) => typeof one === "number"));
    const edges = data.edges.filter(([a, b]) => shown.boxes.has(a) && shown.boxes.has(b));
    const lit = ([a, b]) => a === chosen || b === chosen;
    const lines = [...edges.filter((edge) => !lit(edge)), ...edges.filter(lit)].map((edge) => {
      const made = line(shown.boxes.get(edge[0]), shown.boxes.get(edge[1]), edge[4]);
      if (chosen !== null) made.classList.add(lit(edge) ? "pg-lit" : "pg-faint");
      return made;
    });
    const state = (number) => (chosen === null ? "" : number === chosen ? "pg-chosen" : beside_.has(number) ? "pg-near" : "pg-far");
    const heads = shown.order.map((column, place) => svg("text", { class: "pg-column", x: MARGIN + place * (BOX + GAP), y: 28 }, data.kinds[column][0]));
    marks = new Map([...shown.boxes.values()].map((box) => [box.number, mark(box, state(box.number))]));
    const picture = svg("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "group", "aria-label": `图谱，${shown.boxes.size} 个节点，${edges.length} 条连线` }, ...lines, ...heads, ...marks.values());
    frame.replaceChildren(picture);
    resize();
    stop(marks.has(chosen) ? chosen : marks.has(current) ? current : numbers[0]);
    if (chosen !== null) gather(chosen, beside_);
  }

  let [drag, dragged, fingers, spread] = [null, false, new Map(), 0];
  frame.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.pointerType === "mouse") drag = event.button === 0 ? [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop] : null;
    else fingers.set(event.pointerId, [event.clientX, event.clientY]);
    spread = 0;
  });
  frame.addEventListener("pointermove", (event) => {
    if (drag && event.buttons === 1) {
      const [x, y] = [drag[0] - event.clientX, drag[1] - event.clientY];
      if (Math.hypot(x - frame.scrollLeft, y - frame.scrollTop) > 4) dragged = true;
      if (dragged) [frame.scrollLeft, frame.scrollTop] = [x, y];
    } else if (fingers.has(event.pointerId)) {
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      if (fingers.size !== 2) return;
      const [a, b] = [...fingers.values()];
      const far = Math.hypot(a[0] - b[0], a[1] - b[1]);
      const at = frame.getBoundingClientRect();
      if (spread) zoom((scale * far) / spread, (a[0] + b[0]) / 2 - at.left, (a[1] + b[1]) / 2 - at.top);
      spread = far;
    }
  });
  const lift = (event) => {
    drag = null;
    fingers.delete(event.pointerId);
  };
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) frame.addEventListener(name, lift);
  frame.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const at = frame.getBoundingClientRect();
      zoom(scale * (event.deltaY < 0 ? 1.12 : 1 / 1.12), event.clientX - at.left, event.clientY - at.top);
    },
    { passive: false },
  );
  const focus = (number) => marks.has(number) && go(number);
  return { frame, draw, fit: () => fit(), start: () => fit(READABLE), focus, zoom: (by) => zoom(scale * by) };
}
