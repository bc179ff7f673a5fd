// Where each box stands: a column for each kind, boxes in document order beside what they are linked to. No chance in it.

const BOX = 216;
const GAP = 84;
const BETWEEN = 10;
const LINE = 19;
const LETTERS = 14;
const MARGIN = 14;
const TOP = 46;

// Half-width letters take half the room.
const wide = (text) => Array.from(text).reduce((sum, letter) => sum + (letter.charCodeAt(0) < 256 ? 0.55 : 1), 0);

// A text in lines of at most most letters, the last one clipped.
function folded(text, most, lines) {
  const out = [""];
  for (const letter of text) {
    if (wide(out[out.length - 1] + letter) > most) out.push("");
    out[out.length - 1] += letter;
  }
  return out.length > lines ? [...out.slice(0, lines - 1), `${Array.from(out[lines - 1]).slice(0, -1).join("")}…`] : out;
}

function boxed(node) {
  const lines = folded(node.label, LETTERS, 2);
  const note = node.note ? folded(node.note, LETTERS, 2) : [];
  return { lines, note, height: 14 + (lines.length + note.length) * LINE };
}

// Stack boxes in order, each as near to where it wants to be as its neighbours in the column allow.
function stack(column, wanted, height) {
  let free = TOP;
  for (const box of column) {
    box.y = Math.max(free, wanted(box) - box.height / 2);
    free = box.y + box.height + BETWEEN;
  }
  let floor = height;
  for (const box of [...column].reverse()) {
    box.y = Math.max(TOP, Math.min(box.y, floor - box.height));
    floor = box.y - BETWEEN;
  }
}

// shown: node numbers. Returns boxes by number, the columns that are there, width and height.
function layout(data, shown) {
  const boxes = new Map();
  const columns = new Map();
  for (const number of shown) {
    const node = data.nodes[number];
    const box = { number, ...boxed(node) };
    boxes.set(number, box);
    if (!columns.has(node.column)) columns.set(node.column, []);
    columns.get(node.column).push(box);
  }
  const order = [...columns.keys()].sort((a, b) => a - b);
  order.forEach((column, place) => columns.get(column).forEach((box) => (box.x = MARGIN + place * (BOX + GAP))));
  const tall = (column) => columns.get(column).reduce((sum, box) => sum + box.height + BETWEEN, TOP);
  const height = Math.max(TOP + 40, ...order.map(tall));
  const near = new Map([...boxes.keys()].map((number) => [number, []]));
  for (const [a, b] of data.edges) {
    if (!boxes.has(a) || !boxes.has(b)) continue;
    near.get(a).push(b);
    near.get(b).push(a);
  }
  const placed = new Set();
  const middle = (box) => {
    const known = near.get(box.number).filter((other) => placed.has(other)).map((other) => boxes.get(other).y + boxes.get(other).height / 2);
    return known.length ? known.reduce((sum, y) => sum + y, 0) / known.length : 0;
  };
  const first = order.reduce((best, column) => (tall(column) > tall(best) ? column : best), order[0]);
  const outward = [...order].sort((a, b) => Math.abs(order.indexOf(a) - order.indexOf(first)) - Math.abs(order.indexOf(b) - order.indexOf(first)));
  for (const column of outward) {
    stack(columns.get(column), middle, height);
    columns.get(column).forEach((box) => placed.add(box.number));
  }
  return { boxes, order, width: 2 * MARGIN + order.length * (BOX + GAP) - GAP, height: height + MARGIN };
}
