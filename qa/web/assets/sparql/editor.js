// The editor: a textarea over its own coloured copy, with completion by label. Tab leaves it; Esc closes the list.

const LEAST_LINES = 6;
const MOST_LINES = 18;

function editor(known, onRun) {
  const copy = el("pre", { class: "sw-copy", "aria-hidden": "true" });
  const list = el("ul", { class: "sw-offers", id: "sw-offers", role: "listbox", "aria-label": "词表里的名称", hidden: true });
  const told = el("p", { class: "sw-hidden", role: "status" });
  const area = el("textarea", {
    id: "sw-query", class: "sw-area", rows: LEAST_LINES, wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": "sw-offers", "aria-describedby": "sw-help",
  });
  let offers = [];
  let active = -1;

  function paint() {
    copy.replaceChildren(coloured(area.value));
    follow();
  }
  function follow() {
    copy.scrollTop = area.scrollTop;
    copy.scrollLeft = area.scrollLeft;
  }
  function close() {
    offers = [];
    active = -1;
    list.hidden = true;
    list.replaceChildren();
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  }
  function point(to) {
    active = to;
    Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", String(i === to)));
    if (to < 0) return area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-activedescendant", list.children[to].id);
    return list.children[to].scrollIntoView({ block: "nearest" });
  }

  // The coloured copy has the very layout of the textarea, so it can say where a letter stands.
  function place(at) {
    const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && at > node.length) {
      at -= node.length;
      node = walker.nextNode();
    }
    if (!node) return;
    const range = document.createRange();
    range.setStart(node, at);
    const spot = range.getBoundingClientRect();
    const frame = copy.parentElement.getBoundingClientRect();
    list.style.top = Math.min(spot.bottom - frame.top + 4, frame.height) + "px";
    list.style.left = Math.max(0, Math.min(spot.left - frame.left, frame.width - list.offsetWidth)) + "px";
  }

  function open(asked) {
    const word = area.selectionStart === area.selectionEnd ? wordAt(area.value, area.selectionStart) : null;
    const chinese = word && /\p{Script=Han}/u.test(word.needle);
    const enough = word && (asked || chinese || (word.needle.length > 1 && word.kind !== "keyword"));
    offers = enough ? known.find(word.needle) : [];
    if (!offers.length) {
      close();
      if (asked) told.textContent = "词表里没有这样的名称。";
      return;
    }
    list.replaceChildren(
      ...offers.map((term, i) => {
        const item = el("li", { role: "option", id: "sw-offer-" + i, "aria-selected": "false" }, el("b", {}, term.label), " ", el("small", {}, term.kind), " ", el("code", {}, term.name));
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(i);
        });
        return item;
      }),
    );
    list.hidden = false;
    list.scrollTop = 0;
    area.setAttribute("aria-expanded", "true");
    told.textContent = `词表里有 ${offers.length} 个名称，按上下方向键选，回车选定，Esc 关闭。`;
    place(word.at);
    // A Chinese word cannot stand in a query, so its first term waits for Enter; after a Latin word Enter is a new line.
    point(asked || chinese ? 0 : -1);
  }

  // execCommand keeps the browser's undo; where it is gone, the text is set all the same.
  function put(from, to, text) {
    area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, from, to, "end");
  }
  function take(index) {
    const term = offers[index];
    const word = wordAt(area.value, area.selectionStart);
    close();
    if (!term || !word) return;
    area.focus();
    put(word.at, word.at + word.text.length, term.name);
    const prefix = term.name.startsWith("<") ? "" : term.name.slice(0, term.name.indexOf(":"));
    if (prefix && !declared(area.value).has(prefix)) {
      const line = `PREFIX ${prefix}: <${known.prefixes[prefix]}>\n`;
      const caret = area.selectionStart + line.length;
      put(0, 0, line);
      area.setSelectionRange(caret, caret);
    }
    close();
    told.textContent = `已填入 ${term.name}（${term.label}）。`;
    paint();
  }

  const KEYS = {
    ArrowDown: () => point((active + 1) % offers.length),
    ArrowUp: () => point((active <= 0 ? offers.length : active) - 1),
    Escape: close,
    Enter: () => take(active),
  };
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close();
      onRun();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      open(true);
    } else if (offers.length && KEYS[event.key] && !(event.key === "Enter" && active < 0)) {
      event.preventDefault();
      event.stopPropagation();
      KEYS[event.key]();
    }
  });
  area.addEventListener("input", (event) => {
    paint();
    if (!event.isComposing) open(false);
  });
  area.addEventListener("compositionend", () => open(false));
  area.addEventListener("scroll", () => {
    follow();
    close();
  });
  area.addEventListener("click", close);
  area.addEventListener("blur", close);

  return {
    node: el("div", {}, el("div", { class: "sw-editor" }, copy, area, list), told),
    get text() {
      return area.value;
    },
    set text(value) {
      area.value = value;
      area.rows = Math.min(MOST_LINES, Math.max(LEAST_LINES, value.split("\n").length + 1));
      area.style.height = "";
      area.scrollTop = 0;
      close();
      paint();
    },
    repaint: paint,
  };
}
