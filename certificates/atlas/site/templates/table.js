"use strict";
// The table of all groups: filters, sorting, rows by the hundred. The address's hash holds the view.
(() => {
  const STEP = 100;
  const [KEY, NAME, WORDS, ORDER, ID, COLLECTIONS, PROPERTIES, CLASSES, IRREPS, FIRST] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [COST, EXACT, GAIN, THEOREM9, PLANCHEREL, REQUIRED, POSSIBLE] = [0, 1, 2, 3, 4, 5, 6];
  const { collections, properties, arities, groups } = window.ATLAS;
  const byId = (id) => document.getElementById(id);
  const words = groups.map((group) => plain(`${group[NAME]} ${group[WORDS]} ${group[ORDER]},${group[ID] ?? ""} ${group[KEY]}`));
  const orders = groups.map((group) => Number(group[ORDER]));
  const fields = ["q", "order-from", "order-to", "used-from", "used-to", "k", "collection", "condition"];
  let view = {};
  let found = [];
  let shown = STEP;

  function plain(text) {
    return text.toLowerCase().replaceAll(" ", "").replaceAll("×", "x").replaceAll("⋊", ":");
  }
  const margin = (group) => group[FIRST + arities.indexOf(Number(view.k))];
  const part = (place) => (group) => margin(group)?.[place] ?? null;
  const number = (value, digits = 6) => {
    if (value === null) return "–";
    if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)) {
      const [mantissa, power] = value.toExponential(digits - 3).split("e");
      return `${mantissa}·10${[...String(Number(power))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] ?? "⁻").join("")}`;
    }
    return String(Number(value.toPrecision(digits)));
  };
  const whole = (digits) => (digits.length > 12 ? number(Number(digits), 7)
    : digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, "\u202f") : digits);

  function used(group) {
    const one = margin(group);
    return one ? `${one[REQUIRED]}${one[POSSIBLE] ? ` (+${one[POSSIBLE]})` : ""}` : "–";
  }

  // name, heading, value to sort by, text, class
  const columns = [
    ["name", "Group", (group, at) => words[at], null, ""],
    ["order", "Order", (group, at) => orders[at], (group) => whole(group[ORDER]), "number"],
    ["id", "Id", (group) => group[ID], (group) => (group[ID] === null ? "–" : `${group[ORDER]},${group[ID]}`), "id medium-only"],
    ["in", "Collection", (group) => group[COLLECTIONS][0], (group) => collections[group[COLLECTIONS][0]], "term wide-only"],
    ["classes", "Classes", (group) => group[CLASSES], (group) => String(group[CLASSES]), "number medium-only"],
    ["cost", "Cost", part(COST), (group) => number(part(COST)(group)), "number"],
    ["", "exactly", null, (group) => part(EXACT)(group) ?? "", "formula wide-only"],
    ["gain", "Gain", part(GAIN), (group) => number(part(GAIN)(group), 4), "number"],
    ["theorem9", "Theorem 9", part(THEOREM9), (group) => ["fails", "holds"][part(THEOREM9)(group)] ?? "–", "two-only"],
    ["plancherel", "Plancherel", part(PLANCHEREL), (group) => ["not optimal", "optimal"][part(PLANCHEREL)(group)] ?? "–", "medium-only"],
    ["required", "Required", part(REQUIRED), used, "number"],
    ["irreps", "of irreps", (group) => group[IRREPS], (group) => String(group[IRREPS]), "number"],
  ];
  const descendingFirst = new Set(["gain", "theorem9", "plancherel", "required", "irreps", "classes"]);

  // ---- the view and the hash
  const empty = () => ({ q: "", "order-from": "", "order-to": "", "used-from": "", "used-to": "", k: String(arities[0] ?? 2),
    collection: "", condition: "", properties: [], sort: "order", down: false });
  function fromHash() {
    const asked = new URLSearchParams(location.hash.slice(1));
    view = empty();
    fields.forEach((field) => { if (asked.has(field)) view[field] = asked.get(field); });
    if (!arities.includes(Number(view.k))) view.k = String(arities[0]);
    if (!collections.includes(view.collection)) view.collection = "";
    if (![...byId("condition").options].some((option) => option.value === view.condition)) view.condition = "";
    view.properties = properties.filter((name) => asked.getAll("property").includes(name));
    if (columns.some(([name]) => name && name === asked.get("sort"))) view.sort = asked.get("sort");
    view.down = asked.has("down");
    fields.forEach((field) => { byId(field).value = view[field]; });
    byId("properties").querySelectorAll("input").forEach((box) => { box.checked = view.properties.includes(box.value); });
  }
  function toHash() {
    const standard = empty();
    const said = new URLSearchParams();
    fields.forEach((field) => { if (view[field] !== standard[field]) said.set(field, view[field]); });
    view.properties.forEach((name) => said.append("property", name));
    if (view.sort !== standard.sort) said.set("sort", view.sort);
    if (view.down) said.set("down", "");
    const hash = said.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
  }

  // ---- filters
  const limit = (text, otherwise) => (/^\s*\d+\s*$/.test(text) ? Number(text) : otherwise);
  function passes() {
    const sought = view.q.split(/[;\n]/)[0].trim();
    const id = /^\[?\s*(\d+)\s*,\s*(\d+)\s*\]?$/.exec(sought);
    const text = plain(sought);
    const [low, high] = [limit(view["order-from"], 0), limit(view["order-to"], Infinity)];
    const [least, most] = [limit(view["used-from"], null), limit(view["used-to"], null)];
    const collection = collections.indexOf(view.collection);
    const wanted = view.properties.map((name) => properties.indexOf(name));
    const condition = {
      "": () => true,
      holds: (one) => one?.[THEOREM9] === 1,
      fails: (one) => one?.[THEOREM9] === 0,
      na: (one) => one !== null && one[THEOREM9] === null,
      optimal: (one) => one?.[PLANCHEREL] === 1,
      "not-optimal": (one) => one?.[PLANCHEREL] === 0,
    }[view.condition];
    return (group, at) => {
      const one = margin(group) ?? null;
      if (id ? group[ORDER] !== id[1] || String(group[ID]) !== id[2] : text && !words[at].includes(text)) return false;
      if (orders[at] < low || orders[at] > high) return false;
      if (collection >= 0 && !group[COLLECTIONS].includes(collection)) return false;
      if (!wanted.every((place) => group[PROPERTIES].includes(place))) return false;
      if (least !== null && !(one && one[REQUIRED] >= least)) return false;
      if (most !== null && !(one && one[REQUIRED] <= most)) return false;
      return condition(one);
    };
  }
  function compute() {
    const pass = passes();
    found = groups.map((_, at) => at).filter((at) => pass(groups[at], at));
    const value = columns.find(([name]) => name === view.sort)[2];
    const keys = new Map(found.map((at) => [at, value(groups[at], at)]));
    const sign = view.down ? -1 : 1;
    const collator = new Intl.Collator("en", { numeric: true });
    found.sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      if (x === null || y === null) return (x === null) - (y === null) || a - b; // what has no value comes last
      return sign * (typeof x === "string" ? collator.compare(x, y) : x - y) || a - b;
    });
  }

  // ---- drawing
  function cell(kind, text, name) {
    const made = document.createElement(kind);
    if (name) made.className = name;
    if (text !== null) made.textContent = text;
    return made;
  }
  const standing = () => columns.filter(([, , , , name]) => !name.includes("two-only") || view.k === "2");
  function head() {
    const cells = standing().map(([name, heading, , , kind]) => {
      const made = cell("th", name ? null : heading, kind);
      made.scope = "col";
      if (!name) return made;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading;
      button.dataset.sort = name;
      if (view.sort === name) made.setAttribute("aria-sort", view.down ? "descending" : "ascending");
      made.append(button);
      return made;
    });
    byId("columns").replaceChildren(...cells);
  }
  function line(at) {
    const group = groups[at];
    const row = document.createElement("tr");
    row.append(...standing().map(([name, , , text, kind]) => {
      if (name !== "name") return cell("td", text(group), kind);
      const made = cell("th", null, kind);
      made.scope = "row";
      const link = document.createElement("a");
      link.href = `groups/${group[KEY]}.html`;
      link.textContent = group[NAME];
      made.append(link);
      return made;
    }));
    return row;
  }
  function rows(from) {
    const made = found.slice(from, shown).map(line);
    if (from === 0) byId("rows").replaceChildren(...made);
    else byId("rows").append(...made);
    const left = found.length - Math.min(shown, found.length);
    byId("more").hidden = left === 0;
    byId("more").textContent = `Show ${Math.min(STEP, left)} more of ${left}`;
  }
  function draw() {
    compute();
    shown = STEP;
    head();
    rows(0);
    byId("count").textContent = found.length === groups.length ? `${groups.length} groups`
      : found.length === 0 ? "No group passes these filters" : `${found.length} of ${groups.length} groups`;
  }
  function changed() {
    fields.forEach((field) => { view[field] = byId(field).value; });
    view.properties = [...byId("properties").querySelectorAll("input:checked")].map((box) => box.value);
    toHash();
    draw();
  }

  // ---- controls
  const option = (value, text) => { const made = cell("option", text); made.value = value; return made; };
  byId("k").append(...arities.map((arity) => option(String(arity), String(arity))));
  const present = new Set(groups.flatMap((group) => group[COLLECTIONS]));
  byId("collection").append(...collections.filter((_, at) => present.has(at)).map((name) => option(name, name)));
  byId("properties").append(...properties.map((name) => {
    const label = cell("label", null);
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = name;
    label.append(box, name);
    return label;
  }));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", changed);
  byId("columns").addEventListener("click", (event) => {
    const name = event.target.dataset?.sort;
    if (!name) return;
    view.down = view.sort === name ? !view.down : descendingFirst.has(name);
    view.sort = name;
    toHash();
    draw();
    byId("columns").querySelector(`[data-sort="${name}"]`).focus();
  });
  byId("more").addEventListener("click", () => {
    const from = shown;
    shown += STEP;
    rows(from);
    byId("rows").children[from]?.querySelector("a").focus();
  });
  byId("reset").addEventListener("click", () => {
    history.replaceState(null, "", location.pathname);
    fromHash();
    draw();
    byId("q").focus();
  });
  window.addEventListener("hashchange", () => { fromHash(); draw(); });

  fromHash();
  byId("atlas").hidden = false;
  draw();
  document.documentElement.dataset.drawn = "yes";
})();
