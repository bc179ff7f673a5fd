// The terms of the graph by their Chinese and English labels: a needle -> the best terms, nearest first.

const MOST_OFFERED = 30;

// words: [name, label, English label, kind, other labels joined by "|"], name a prefixed name or <IRI>.
function vocabulary({ kinds, words, prefixes, root }) {
  const bases = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
  const terms = words.map(([name, label, english, kind, others]) => ({
    name: name.startsWith("<") ? "<" + root + name.slice(1) : name,
    label,
    kind: kinds[kind],
    order: kind,
    low: label.toLowerCase(),
    english: english.toLowerCase(),
    others: ("|" + others + "|").toLowerCase(),
    local: name.replace(/^.*[:/]/, "").replace(">", "").toLowerCase(),
  }));
  const labels = new Map();
  for (const term of terms) labels.set(iriOf(term.name), term.label);

  function iriOf(name) {
    if (name.startsWith("<")) return name.slice(1, -1);
    const cut = name.indexOf(":");
    return prefixes[name.slice(0, cut)] + name.slice(cut + 1);
  }

  function nearness(term, needle) {
    if (term.low === needle || term.name.toLowerCase() === needle) return 0;
    if (term.low.startsWith(needle)) return 1;
    if (term.others.includes("|" + needle + "|")) return 2;
    if (term.low.includes(needle)) return 3;
    if (term.local.startsWith(needle) || term.name.toLowerCase().startsWith(needle)) return 4;
    if (term.english.startsWith(needle)) return 5;
    if (term.others.includes(needle)) return 6;
    if (term.english.includes(needle) || term.local.includes(needle)) return 7;
    return -1;
  }

  return {
    prefixes,
    root,
    find(text) {
      const needle = text.toLowerCase();
      return terms
        .map((term) => ({ term, near: nearness(term, needle) }))
        .filter(({ near }) => near >= 0)
        .sort((a, b) => a.near - b.near || a.term.order - b.term.order || a.term.label.length - b.term.label.length || (a.term.name < b.term.name ? -1 : 1))
        .slice(0, MOST_OFFERED)
        .map(({ term }) => term);
    },
    label: (iri) => labels.get(iri) || "",
    short(iri) {
      const fit = bases.find(([, base]) => iri.startsWith(base) && iri.length > base.length);
      return fit ? fit[0] + ":" + iri.slice(fit[1].length) : "<" + iri + ">";
    },
    // Where an IRI of ours answers on this machine; others get no link, so that nothing leads outside.
    path: (iri) => (/^(?:id\/|ontology(?:#|$)|shapes)/.test(iri.startsWith(root) ? iri.slice(root.length) : "") ? beside(iri.slice(root.length)) : null),
  };
}
