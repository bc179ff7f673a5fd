// The workbench: catalogue, editor, run and cancel, results, share link. start(root) fills a section that holds its data as JSON.

const SHARE = "#sparql=";
const FIRST = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10\n";

function shared() {
  if (!location.hash.startsWith(SHARE)) return null;
  try {
    return decodeURIComponent(location.hash.slice(SHARE.length));
  } catch {
    return null;
  }
}

async function ask(query, accept, signal) {
  const response = await fetch(beside("sparql"), { method: "POST", body: new URLSearchParams({ query }), headers: { Accept: accept }, signal, credentials: "same-origin" });
  const [text, media] = [await response.text(), response.headers.get("Content-Type") || ""];
  if (response.ok) return { text, media };
  let told = "";
  try {
    const problem = JSON.parse(text);
    told = `${problem.title}：${problem.detail}`;
    if (problem.line && !/第\s*\d+\s*行/.test(problem.detail)) told += `（第 ${problem.line} 行${problem.column ? `第 ${problem.column} 列` : ""}）`;
  } catch {
    told = `端点没有给出能读的答复（状态 ${response.status}）。请稍后再试。`;
  }
  const wait = response.headers.get("Retry-After");
  throw new Error(told + (wait ? ` 请等 ${wait} 秒再试。` : ""));
}

function start(root) {
  const data = (name) => JSON.parse(root.querySelector(`template[data-sparql="${name}"]`).content.textContent);
  const known = vocabulary(data("words"));
  const blank = { title: "查询结果", text: FIRST, hint: { kind: "", label: "", value: "" } };
  let picked = blank;
  let running = null;

  const status = el("p", { role: "status", class: "sw-status" });
  const fault = el("div", { role: "alert", class: "sw-fault" });
  const about = el("p", { class: "sw-comment", id: "sw-comment" });
  const place = el("section", { "aria-label": "查询结果" });
  const write = editor(known, run);
  const go = button("运行", run, { class: "sw-primary" });
  const stop = button("取消", () => running && running.abort(), { disabled: true });
  const link = el("input", { type: "text", readonly: true, "aria-label": "分享链接", class: "sw-link", hidden: true });

  function choose(query) {
    picked = query;
    write.text = query.text;
    about.replaceChildren(el("b", {}, query.title), "：" + query.comment);
    fault.replaceChildren();
    place.replaceChildren();
  }

  // What is picked from the catalogue is ours, so it runs at once; on a small screen the answer stands far below.
  async function pick(query) {
    choose(query);
    await run();
    status.scrollIntoView({ block: "nearest" });
  }

  async function run() {
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    const query = write.text;
    const current = picked.text.trim() === query.trim() ? picked : blank;
    if (current === blank && picked !== blank) about.textContent = `由“${picked.title}”改来的查询。`;
    const from = performance.now();
    stop.disabled = false;
    status.textContent = "正在查询…";
    fault.replaceChildren();
    place.replaceChildren();
    try {
      const { text, media } = await ask(query, `${RDF_JSON}, text/turtle;q=0.9`, mine.signal);
      const answer = readAnswer(media, text);
      const size = { select: () => `${answer.rows.length} 行`, ask: () => "是非题", graph: () => "一张图（Turtle）" }[answer.kind]();
      status.textContent = `完成：${size}，用时 ${Math.max(1, Math.round(performance.now() - from))} 毫秒。`;
      const triples = async () => (await ask(query, "application/n-triples")).text;
      place.replaceChildren(results(answer, known, current.title, current.hint, triples));
    } catch (error) {
      if (running !== mine) return;
      const left = error.name === "AbortError";
      status.textContent = left ? "已取消。" : "没有查成。";
      if (!left) fault.replaceChildren(el("b", {}, "✗ "), error instanceof TypeError ? "连不上端点：服务可能停了，或网络断了。请稍后再试。" : error.message);
    } finally {
      if (running === mine) {
        running = null;
        stop.disabled = true;
      }
    }
  }

  async function share() {
    link.value = location.origin + location.pathname + location.search + SHARE + encodeURIComponent(write.text);
    link.hidden = false;
    history.replaceState(history.state, "", link.value);
    try {
      await navigator.clipboard.writeText(link.value);
      status.textContent = "链接已复制；打开它就会看到这个查询。";
    } catch {
      link.focus();
      link.select();
      status.textContent = "浏览器不让自动复制：链接在下面的框里，已选中，请按 Ctrl+C。";
    }
  }

  function restore() {
    const query = shared();
    if (query === null) return false;
    choose({ ...blank, title: "分享来的查询", comment: "从链接打开，还没有运行。请先看一遍，再点“运行”。", text: query });
    return true;
  }

  const help = el("p", { class: "sw-help", id: "sw-help" }, "输入中文（如“牵头”“租房”）或英文会出现词表：上下方向键选，回车选定，Esc 关闭；Ctrl+空格随时打开；Ctrl+回车运行；Tab 离开编辑框。");
  const main = el(
    "div",
    { class: "sw-main" },
    about,
    el("label", { for: "sw-query" }, "SPARQL 查询"),
    write.node,
    help,
    el("div", { class: "sw-bar-row" }, go, stop, button("复制分享链接", share)),
    link,
    status,
    fault,
    place,
  );
  root.append(el("div", { class: "sw-columns" }, catalogue(data("catalogue"), pick), main));
  root.querySelector("[data-sparql-wait]")?.remove();
  if (!restore()) write.text = FIRST;
  window.addEventListener("hashchange", restore);
}

// Gradio fills a tab when it is first shown: whatever section appears is started once.
function watch() {
  const look = () => {
    for (const root of document.querySelectorAll("[data-sparql-workbench]:not([data-started])")) {
      root.setAttribute("data-started", "");
      start(root);
    }
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
}

// On a narrow screen Gradio puts the tabs that find no room into a menu, where they are plain buttons.
const TABS = '[role="tab"], .overflow-dropdown button';

// Assembly's hook: shared() is the query of a share link or null; open(label) shows the tab of that name as soon as it is there.
function openTab(label) {
  const look = () => {
    const tab = Array.from(document.querySelectorAll(TABS)).find((one) => one.textContent.trim() === label);
    if (tab) tab.click();
    return Boolean(tab);
  };
  if (look()) return;
  const wait = new MutationObserver(() => look() && wait.disconnect());
  wait.observe(document.documentElement, { childList: true, subtree: true });
}

window.SparqlWorkbench = { shared, open: openTab };
watch();
