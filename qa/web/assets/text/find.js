// Find in the text: blanks, letter case and full width do not matter. Hits are painted, never written into the text.

const PAINT = typeof Highlight === "function" && CSS.highlights;

const alike = (letter) => {
  const plain = letter.normalize("NFKC").toLowerCase();
  return plain.length === 1 ? plain : letter;
};

// Every place of a word as a Range. Paragraphs are searched one by one, across the marks within.
function places(body, wanted) {
  const word = Array.from(wanted.replace(/\s/g, ""), alike).join("");
  const found = [];
  if (!word) return found;
  for (const block of body.querySelectorAll("h3, h4, p")) {
    const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const at = [];
    let text = "";
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      for (let i = 0; i < node.data.length; i += 1) {
        if (/\s/.test(node.data[i])) continue;
        text += alike(node.data[i]);
        at.push([node, i]);
      }
    }
    for (let i = text.indexOf(word); i >= 0; i = text.indexOf(word, i + word.length)) {
      const range = document.createRange();
      const [from, to] = [at[i], at[i + word.length - 1]];
      range.setStart(from[0], from[1]);
      range.setEnd(to[0], to[1] + 1);
      found.push(range);
    }
  }
  return found;
}

function finder(body) {
  const box = el("input", { type: "search", placeholder: "如：租房补贴", autocomplete: "off" });
  const told = el("span", { role: "status", class: "pt-told" });
  let [found, current] = [[], 0];

  function paint() {
    if (!PAINT) return;
    CSS.highlights.set("pt-found", new Highlight(...found));
    CSS.highlights.set("pt-current", new Highlight(...found.slice(current, current + 1)));
  }
  function go(to) {
    if (!found.length) return;
    current = (to + found.length) % found.length;
    const range = found[current];
    range.startContainer.parentElement.scrollIntoView({ block: "center" });
    const where = range.startContainer.parentElement.closest("section").getAttribute("aria-label");
    told.textContent = `第 ${current + 1} 处，共 ${found.length} 处（${where}）`;
    paint();
    if (!PAINT) {
      window.getSelection().removeAllRanges();
      window.getSelection().addRange(range);
    }
  }
  function search() {
    found = places(body, box.value);
    current = -1;
    told.textContent = box.value.trim() ? (found.length ? `共 ${found.length} 处，按回车逐处看` : "原文里没有这几个字") : "";
    back.disabled = next.disabled = !found.length;
    paint();
  }
  const back = button("上一处", () => go(Math.max(current, 0) - 1), { disabled: true });
  const next = button("下一处", () => go(current + 1), { disabled: true });
  box.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    go(event.shiftKey ? Math.max(current, 0) - 1 : current + 1);
  });
  return el("div", { class: "pt-find", role: "search" }, el("label", {}, "在原文中查找", box), back, next, told);
}
