// 原文: contents, find, marks and the panel beside the text. start(root) wakes a section whose text is already there.

const HINT = "点一段带底线的文字，看图谱从中记下了什么。用键盘：Tab 进入文字，方向键逐处走，回车打开，Esc 回到文字。";

function legend(names) {
  return el("ul", { class: "pt-legend", "aria-label": "底线的含义" }, ...names.map(([name, label]) => el("li", {}, el("span", { class: `pt-key pt-${name}` }, name === "Fact" ? `其他${label}` : label))));
}

function start(root) {
  const { facts, legend: names } = JSON.parse(root.querySelector("template[data-text-facts]").content.textContent);
  const body = root.querySelector("[data-text-body]");
  const panel = root.querySelector("[data-text-panel]");
  const contents = root.querySelector(".pt-contents");

  function rest() {
    marked.light(null);
    panel.classList.remove("pt-open");
    panel.replaceChildren(el("p", { class: "pt-hint" }, HINT), legend(names));
  }
  function shut() {
    rest();
    marked.focus();
  }
  function choose(mark) {
    const numbers = mark.dataset.facts.split(" ").map(Number);
    const cards = numbers.map((number) => {
      const made = card(facts[number], 4);
      if (facts[number].spans > 1) made.append(el("p", { class: "pp-also" }, `它依据原文的 ${facts[number].spans} 处文字。`));
      if (numbers.length > 1) made.append(button("在原文中标出它", () => pick(number), { "data-fact": number, "aria-pressed": false }));
      return made;
    });
    const head = el("h3", { tabindex: -1 }, `这段文字记下了 ${numbers.length} 项`);
    const close = button("关闭", shut, { class: "pp-close", "aria-label": "关闭，回到原文" });
    panel.replaceChildren(el("div", { class: "pp-head" }, head, close), el("blockquote", {}, mark.textContent), ...cards);
    panel.classList.add("pt-open");
    pick(numbers[0]);
    panel.scrollTop = 0;
    head.focus({ preventScroll: true });
  }
  function pick(number) {
    marked.light(number);
    for (const one of panel.querySelectorAll("[data-fact]")) one.setAttribute("aria-pressed", String(Number(one.dataset.fact) === number));
  }

  const marked = marks(body, choose);
  const plain = el("input", { type: "checkbox", checked: true });
  plain.addEventListener("change", () => {
    marked.show(plain.checked);
    rest();
  });
  root.querySelector("[data-text-tools]").append(finder(body), el("p", { class: "pt-switch" }, el("label", {}, plain, " 标出图谱记下的事实")));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && shut());
  // On a narrow screen the contents would push the text far down.
  if (window.matchMedia("(max-width: 60rem)").matches) contents.open = false;
  follow(root);
  rest();
}

// The article that is being read is marked in the contents.
function follow(root) {
  const links = new Map(Array.from(root.querySelectorAll(".pt-contents a"), (link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      entries.forEach((entry) => seen[entry.isIntersecting ? "add" : "delete"](entry.target.id));
      const first = Array.from(links.keys()).find((id) => seen.has(id));
      for (const [id, link] of links) {
        if (id === first) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "0px 0px -70% 0px" },
  );
  root.querySelectorAll("[data-text-body] > section").forEach((part) => watch.observe(part));
}

const ANCHOR = /^#((?:d\d+-)?(?:(?:art|chapter)-\d+|header|preamble|footer))$/;

function reach(anchor) {
  const part = document.getElementById(anchor);
  if (!part || !part.getClientRects().length) return false;
  part.scrollIntoView({ block: "start" });
  part.focus({ preventScroll: true });
  return true;
}

eachOnce("[data-text-tab]", start);
onHash("原文", (hash) => (ANCHOR.exec(hash) || [null, null])[1], reach);
