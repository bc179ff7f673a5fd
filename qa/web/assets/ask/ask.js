// 问答: copying, printing, and bringing the newest reply into sight. What is shown comes from the server, escaped there.
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("#ask-talk [data-copy]");
  if (copy) {
    let said = "已复制";
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
    } catch {
      said = "没有复制成：浏览器不让复制，请选中文字再复制";
    }
    copy.textContent = said;
    setTimeout(() => (copy.textContent = "复制答复"), 4000);
  }
  if (event.target.closest("#ask-talk [data-print]")) {
    const folded = document.querySelectorAll("#ask-talk details:not([open])");
    folded.forEach((one) => (one.open = true));
    window.print();
    folded.forEach((one) => (one.open = false));
  }
});

// What was asked leaves the box at once, so that the next words typed are not taken for it; what was unfolded is remembered.
let unfolded = [];
window.askTaken = (talk, words) => {
  const box = document.querySelector("#ask-question textarea");
  if (box && box.value === words) {
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  unfolded = Array.from(document.querySelectorAll("#ask-talk .turn")).map((turn) => [turn.getAttribute("aria-label"), Array.from(turn.querySelectorAll("details")).map((one) => one.open)]);
  return [talk, words];
};

// The page takes in a reply after the event that announces it: look until the newest one is there.
window.askShown = () => {
  let left = 40;
  const look = () => {
    const turns = document.querySelectorAll("#ask-talk .turn");
    const last = turns[turns.length - 1];
    if (last && last.dataset.seen === undefined) {
      last.dataset.seen = "";
      for (const [label, open] of unfolded) document.querySelectorAll(`#ask-talk .turn[aria-label="${label}"] details`).forEach((one, at) => (one.open = open[at] ?? one.open));
      last.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    } else if (left--) setTimeout(look, 50);
  };
  look();
};
