// SPARQL's tokens, for colours and for knowing where the caret stands: tokens(text) -> [{kind, text, at}], covering the text.

const MOST_COLOURED = 40000;
const KEYWORDS = new Set(
  ("ADD ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY COALESCE CONCAT CONSTRUCT CONTAINS COUNT DATATYPE DAY DESC DESCRIBE DISTINCT EXISTS FALSE FILTER FROM " +
    "GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE LIMIT MAX MIN MINUS MONTH NAMED NOT NOW " +
    "OFFSET OPTIONAL ORDER PREFIX REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SELECT SEPARATOR SERVICE SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG " +
    "STRLEN STRSTARTS SUBSTR SUM TRUE UCASE UNDEF UNION URI VALUES WHERE XSD YEAR ABS CEIL FLOOR RAND UUID STRUUID ENCODE_FOR_URI").split(" "),
);
const SHAPES = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<iri><[^<>\"{}|^`\\\\\\s]*>)",
    "(?<string>\"\"\"(?:[^\\\\]|\\\\[^])*?(?:\"\"\"|$)|'''(?:[^\\\\]|\\\\[^])*?(?:'''|$)|\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\\n]|\\\\.)*'?)",
    "(?<variable>[?$][\\p{L}\\p{N}_]+)",
    "(?<language>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)",
    "(?<name>(?:[\\p{L}_](?:[\\p{L}\\p{N}_-]|\\.(?=[\\p{L}\\p{N}_.:-]))*)?:(?:[\\p{L}\\p{N}_%:-]|\\.(?=[\\p{L}\\p{N}_%:.-]))*)",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_-]*)",
    "(?<number>\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)",
    "(?<space>\\s+)",
    "(?<mark>[^])",
  ].join("|"),
  "gu",
);

function tokens(text) {
  const out = [];
  for (const match of text.matchAll(SHAPES)) {
    let kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind === "word" && (KEYWORDS.has(match[0].toUpperCase()) || match[0] === "a")) kind = "keyword";
    out.push({ kind, text: match[0], at: match.index });
  }
  return out;
}

// What a completion would replace: the word or name that ends at the caret; nothing inside strings, comments, IRIs, variables.
function wordAt(text, caret) {
  if (text.length > MOST_COLOURED) return null;
  const found = tokens(text).find((token) => token.at < caret && caret <= token.at + token.text.length);
  if (!found || !["word", "name", "keyword"].includes(found.kind)) return null;
  return { ...found, needle: text.slice(found.at, caret) };
}

// The prefixes that a query declares itself.
function declared(text) {
  const told = tokens(text).filter((token) => token.kind !== "space" && token.kind !== "comment");
  return new Set(told.filter((token, i) => token.kind === "name" && i > 0 && told[i - 1].text.toUpperCase() === "PREFIX").map((token) => token.text.slice(0, -1)));
}

function coloured(text) {
  const out = document.createDocumentFragment();
  const parts = text.length > MOST_COLOURED ? [{ kind: "space", text }] : tokens(text);
  for (const { kind, text: piece } of parts) out.append(kind === "space" || kind === "mark" ? piece : el("span", { class: "sw-" + kind }, piece));
  out.append("\n");
  return out;
}
