// Tabs of the page: each tab is filled when it is first shown, so whatever is to be done with it waits until it is there.

// Call act at once, and after every change of the page until it returns true.
function until(act) {
  if (act()) return;
  const wait = new MutationObserver(() => act() && wait.disconnect());
  wait.observe(document.documentElement, { childList: true, subtree: true });
}

// Start whatever section of this kind appears, once each.
function eachOnce(selector, start) {
  const look = () => {
    for (const root of document.querySelectorAll(`${selector}:not([data-started])`)) {
      root.setAttribute("data-started", "");
      start(root);
    }
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
}

// Show the tab of that name, wherever the page keeps it: in the row of tabs, or in the menu of those that do not fit.
function showTab(label) {
  until(() => {
    const tab = Array.from(document.querySelectorAll('[role="tab"], .overflow-dropdown button')).find((one) => one.textContent.trim() === label);
    if (!tab) return false;
    if (tab.getAttribute("aria-selected") !== "true") tab.click();
    return true;
  });
}

// A part of the address after "#" that reads wanted(hash) as something opens the tab and is handed to act, now and later.
function onHash(label, wanted, act) {
  const look = () => {
    const found = wanted(location.hash);
    if (found === null) return;
    showTab(label);
    until(() => act(found));
  };
  window.addEventListener("hashchange", look);
  look();
}
