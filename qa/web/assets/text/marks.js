// The marks: one tab stop in the whole text, arrow keys go from mark to mark, Enter or a click tells what rests on it.

function marks(body, choose) {
  // A comma between two facts may be clicked, but is no stop for the keyboard.
  const all = Array.from(body.querySelectorAll("mark")).filter((mark) => /[\p{L}\p{N}]/u.test(mark.textContent));
  let current = 0;

  const stop = (to) => {
    all[current].tabIndex = -1;
    current = to;
    all[current].tabIndex = 0;
  };
  const go = (to) => {
    stop(Math.min(all.length - 1, Math.max(0, to)));
    all[current].focus();
  };
  function show(on) {
    body.classList.toggle("pt-plain", !on);
    all.forEach((mark, i) => {
      if (on) {
        mark.setAttribute("role", "button");
        mark.tabIndex = i === current ? 0 : -1;
      } else {
        mark.removeAttribute("role");
        mark.removeAttribute("tabindex");
      }
    });
  }
  // The spans of one fact stand out together, and are told to those who cannot see it.
  function light(fact) {
    for (const mark of all) {
      const lit = fact !== null && mark.dataset.facts.split(" ").includes(String(fact));
      mark.classList.toggle("pt-lit", lit);
      if (lit) mark.setAttribute("aria-current", "true");
      else mark.removeAttribute("aria-current");
    }
  }

  const shown = () => !body.classList.contains("pt-plain");
  body.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (!mark || !shown() || String(window.getSelection())) return;
    if (all.includes(mark)) stop(all.indexOf(mark));
    choose(mark);
  });
  body.addEventListener("keydown", (event) => {
    const mark = event.target.closest("mark");
    if (!mark || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = all.indexOf(mark);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (to !== undefined) go(to);
    else choose(mark);
  });
  body.addEventListener("focusin", (event) => all.includes(event.target) && stop(all.indexOf(event.target)));
  if (all.length) show(true);
  return { show, light, focus: () => all[current].focus({ preventScroll: true }) };
}
