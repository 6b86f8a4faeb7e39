(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const { findings, kinds } = data;
  const $ = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  for (const part of all("[data-script]")) part.hidden = false;

  // Elements of the page by the number of their finding.
  const marks = findings.map(() => []);
  for (const mark of all("#article [data-f]")) marks[mark.dataset.f].push(mark);
  const items = all("#list li");
  const lists = all("#list .list").map((element) => ({ element, items: [...element.children] }));
  const numbers = new Map(findings.map((finding, number) => [finding.id, number]));
  const shown = findings.map(() => true);

  // --- making elements: text goes in as text, never as markup -------------------------------------------------------
  const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
  const text = (string) => {
    const parts = document.createDocumentFragment();
    let plain = "";
    for (const character of string ?? "") {
      if (!CONTROLS.test(character)) { plain += character; continue; }
      parts.append(plain, make("span", "control", "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")));
      plain = "";
    }
    parts.append(plain);
    return parts;
  };
  function make(tag, name, ...children) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children);
    return element;
  }
  const button = (label, key, act) => {
    const made = make("button", "", label);
    if (key) made.append(" ", make("kbd", "", key));
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  // --- decisions: kept in this browser by the name of the document ---------------------------------------------------
  const STORE = "mt-audit:decisions:" + data.document;
  const STATES = { accept: "accepted", reject: "rejected", correct: "corrected" };
  let decisions = {};
  try { decisions = JSON.parse(localStorage.getItem(STORE)) ?? {}; } catch { decisions = {}; }
  const own = (id) => (Object.hasOwn(decisions, id) ? decisions[id] : null);

  function paint(number) {
    const finding = findings[number], made = own(finding.id);
    const replacement = made?.decision === "correct" ? made.correction : finding.suggestion;
    for (const element of [...marks[number], items[number]]) {
      for (const [decision, state] of Object.entries(STATES)) element.classList.toggle(state, made?.decision === decision);
    }
    const place = marks[number].map((mark) => mark.querySelector(".fix bdi")).find(Boolean);
    if (place && (made || place.dataset.set)) { place.replaceChildren(text(replacement)); place.dataset.set = "1"; }
    const state = items[number].querySelector(".state");
    state.replaceChildren(made ? STATES[made.decision] + (made.decision === "correct" ? ": " : "") : "");
    if (made?.decision === "correct") state.append(make("bdi", "", text(made.correction || "(delete)")));
  }
  function count() {
    const done = findings.filter((finding) => own(finding.id)).length;
    $("progress").textContent = findings.length ? `${done} of ${findings.length} reviewed` : "";
  }
  function decide(number, decision, correction = "") {
    const { id } = findings[number];
    if (decision) decisions[id] = { decision, correction }; else delete decisions[id];
    try { localStorage.setItem(STORE, JSON.stringify(decisions)); } catch { /* a private window keeps nothing */ }
    paint(number);
    count();
    if ($("filters").elements.open.checked) filter();
  }

  // --- export: what audit reads; decisions on findings of earlier runs go along --------------------------------------
  function exported() {
    return Object.entries(decisions).map(([id, made]) => {
      const finding = findings[numbers.get(id)];
      return { id, ...made, surface: finding?.surface ?? "", suggestion: finding?.suggestion ?? "", kind: finding?.kind ?? "" };
    });
  }
  function save(content, suffix, type) {
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = data.document.replace(/[^\p{L}\p{N}._-]+/gu, "_") + "-decisions." + suffix;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  const cell = (string) => {
    const safe = /^'*[=+\-@\t\r\n＝＋－＠]/.test(string) ? "'" + string : string;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  $("export-json").addEventListener("click", () => {
    const content = { document: data.document, signature: data.signature, decisions: exported() };
    save(JSON.stringify(content, null, 1), "json", "application/json");
  });
  $("export-csv").addEventListener("click", () => {
    const columns = ["id", "decision", "correction", "surface", "suggestion", "kind"];
    const lines = [columns, ...exported().map((row) => columns.map((column) => cell(row[column])))];
    save(lines.map((line) => line.join(",") + "\r\n").join(""), "csv", "text/csv");
  });
  $("import").addEventListener("change", async (event) => {
    try {
      for (const { id, decision, correction } of JSON.parse(await event.target.files[0].text()).decisions) {
        if (typeof id === "string" && Object.hasOwn(STATES, decision)) decisions[id] = { decision, correction: String(correction ?? "") };
      }
      refresh();
      say("Decisions imported.");
    } catch { say("That file holds no decisions."); }
    event.target.value = "";
  });
  $("forget").addEventListener("click", () => { decisions = {}; refresh(); say("All decisions forgotten."); });
  function refresh() {
    try { localStorage.setItem(STORE, JSON.stringify(decisions)); } catch { /* as above */ }
    findings.forEach((_, number) => paint(number));
    count();
    filter();
  }
  const say = (message) => { $("said").textContent = ""; $("said").textContent = message; };

  // --- filters -------------------------------------------------------------------------------------------------------
  function filter() {
    const form = $("filters").elements;
    const ticked = (name) => new Set(all(`[name="${name}"]:checked`, $("filters")).map((box) => box.value));
    const kindsShown = ticked("kind"), severities = ticked("severity");
    const least = Number(form.confidence.value) / 100;
    form["at-least"].value = form.confidence.value + "%";
    let passing = 0;
    findings.forEach((finding, number) => {
      const passes = kindsShown.has(finding.kind) && severities.has(finding.severity)
        && finding.confidence >= least && (!form.supported.checked || finding.supported)
        && (!form.open.checked || !own(finding.id));
      passing += passes;
      if (passes === shown[number]) return;
      shown[number] = passes;
      items[number].hidden = !passes;
      for (const mark of marks[number]) {
        mark.classList.toggle("off", !passes);
        if (mark.href) mark.tabIndex = passes ? 0 : -1;
      }
    });
    // A list out of sight keeps the height that it is said to have.
    for (const list of lists) {
      const open = list.items.filter((item) => !item.hidden).length;
      list.element.hidden = open === 0;
      list.element.style.containIntrinsicSize = `auto ${6.5 * open}rem`;
    }
    $("shown").textContent = `${passing} of ${findings.length} shown`;
    if ($("none")) $("none").hidden = passing > 0;
  }
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("all").addEventListener("click", () => { $("filters").reset(); view(); filter(); });
  function view() {
    const form = $("filters").elements;
    $("article").className = `article beside-${form.beside.value}${form.fixes.checked ? "" : " no-fixes"}`;
  }
  $("filters").addEventListener("change", view);

  // --- the card ------------------------------------------------------------------------------------------------------
  const card = $("card");
  let current = -1, pinned = false, timer = 0;

  function fill(number) {
    const finding = findings[number], kind = kinds[finding.kind], made = own(finding.id);
    card.className = "card " + kind.family;
    const title = make("h3", "", `${kind.label} · ${finding.severity}`);
    title.id = "card-title";
    const change = make("p", "change");
    change.append(finding.surface ? make("bdi", "was", text(finding.surface)) : make("span", "was", "something is missing"));
    if (finding.suggestion) change.append(" → ", make("bdi", "is", text(finding.suggestion)));
    const meter = make("meter");
    meter.value = finding.confidence;
    meter.setAttribute("aria-hidden", "true");
    const sure = make("p", "sure", meter, `${finding.sure} (${Math.round(100 * finding.confidence)}%)`, finding.supported ? "" : " · no source shows it");
    card.replaceChildren(title, change, make("p", "", text(finding.evidence)), sure);
    if (finding.quote) {
      const [source, before, evidence, after] = finding.quote;
      const quote = make("blockquote", "", text(before), make("mark", "", text(evidence)), text(after), " ", make("cite", "", make("bdi", "", text(source))));
      quote.dir = "auto";
      card.append(quote);
    }
    if (finding.forms.length) {
      const also = make("p", "", "Also written: ");
      finding.forms.forEach((form, place) => also.append(place ? ", " : "", make("bdi", "", text(form))));
      card.append(also);
    }
    if (finding.signals.length) {
      const list = make("ul");
      for (const [clause, weight] of finding.signals) list.append(make("li", "", text(clause), weight < 0 ? " (speaks against it)" : ""));
      card.append(make("details", "", make("summary", "", "What speaks for it"), list));
    }
    const row = make("div", "buttons");
    for (const [decision, label, key] of [["accept", "Accept", "a"], ["reject", "Reject", "r"], ["correct", "Correct", "e"]]) {
      const choice = button(label, key, () => (decision === "correct" ? correct(number) : judge(number, decision)));
      choice.setAttribute("aria-pressed", String(made?.decision === decision));
      row.append(choice);
    }
    row.append(button("Link", "", () => copy(number)));
    card.append(row);
  }
  function place(anchor) {
    card.hidden = false;
    const spot = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const above = spot.bottom + height + 12 > innerHeight && spot.top - height - 12 > 0;
    card.style.top = `${scrollY + (above ? spot.top - height - 12 : spot.bottom + 10)}px`;
    card.style.left = `${scrollX + Math.max(8, Math.min(spot.left, document.documentElement.clientWidth - width - 8))}px`;
  }
  function show(number, pin) {
    clearTimeout(timer);
    const anchor = marks[number].find((mark) => mark.id) ?? marks[number][0];
    if (number !== current || card.hidden) {
      marks[current]?.forEach((mark) => mark.classList.remove("current"));
      current = number;
      marks[number].forEach((mark) => mark.classList.add("current"));
      fill(number);
    }
    pinned = pin;
    place(anchor);
    if (pin && anchor.getBoundingClientRect().bottom > card.getBoundingClientRect().top && getComputedStyle(card).position === "fixed") reveal(anchor);
  }
  function hide() {
    clearTimeout(timer);
    pinned = false;
    card.hidden = true;
    marks[current]?.forEach((mark) => mark.classList.remove("current"));
  }
  function later(act, delay) { clearTimeout(timer); timer = setTimeout(act, delay); }

  function go(number) {
    const anchor = marks[number].find((mark) => mark.id);
    reveal(anchor);
    anchor.focus({ preventScroll: true });
    show(number, true);
    const { surface, suggestion, kind, severity } = findings[number];
    say(`Finding ${number + 1} of ${findings.length}: ${surface || "gap"}${suggestion ? ", should be " + suggestion : ""}. ${kinds[kind].label}, ${severity}.`);
    history.replaceState(null, "", anchor.getAttribute("href"));
  }
  function step(direction) {
    const length = findings.length;
    // Findings are listed in the order of the text only by their first letters, as the marks are.
    const start = order.indexOf(current);
    for (let distance = 1; distance <= length; distance += 1) {
      const base = start < 0 && direction < 0 ? 0 : start;
      const next = order[(((base + direction * distance) % length) + length) % length];
      if (shown[next]) return go(next);
    }
    return undefined;
  }
  const order = all("#article .mark[id]").map((mark) => Number(mark.dataset.f));

  function judge(number, decision) {
    decide(number, own(findings[number].id)?.decision === decision ? null : decision);
    say(own(findings[number].id) ? STATES[decision] : "decision taken back");
    if (own(findings[number].id)) step(1); else { fill(number); }
  }
  function correct(number) {
    show(number, true);
    card.querySelector("form")?.remove();
    const input = make("input");
    input.type = "text";
    input.value = own(findings[number].id)?.correction || findings[number].suggestion;
    input.setAttribute("aria-label", "What is right");
    const submit = make("button", "", "Save");
    const form = make("form", "", input, submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      decide(number, "correct", input.value);
      say("corrected");
      step(1);
    });
    card.append(form);
    place(marks[number].find((mark) => mark.id));
    input.focus();
    input.select();
  }
  async function copy(number) {
    const link = location.href.split("#")[0] + marks[number].find((mark) => mark.id).getAttribute("href");
    try { await navigator.clipboard.writeText(link); say("Link copied."); } catch { location.href = link; }
  }

  const markAt = (target) => target.closest?.("#article .mark:not(.off)");
  // A press moves the focus before it is a click; a card that came up in between would swallow the click.
  let pressed = false;
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["click", "pointercancel", "keydown"]) document.addEventListener(end, () => { pressed = false; }, true);
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const mark = markAt(event.target);
    if (mark && !pinned) later(() => show(Number(mark.dataset.f), false), 120);
    else if (card.contains(event.target)) clearTimeout(timer);
    near(event.target.closest?.("#article [data-s]"));
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch") return;
    const leaves = markAt(event.target) || card.contains(event.target);
    if (leaves && !pinned) later(() => { if (!card.contains(document.activeElement)) hide(); }, 250);
  });
  document.addEventListener("focusin", (event) => {
    const mark = markAt(event.target);
    if (mark && !pressed && (Number(mark.dataset.f) !== current || card.hidden)) show(Number(mark.dataset.f), false);
  });
  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const mark = markAt(event.target);
    const link = event.target.closest?.('a[href^="#f-"]');
    if (mark && plain) {
      event.preventDefault();
      show(Number(mark.dataset.f), true);
      history.replaceState(null, "", link?.getAttribute("href") ?? location.hash);
      if (event.detail === 0) card.querySelector("button").focus();
    } else if (link && plain) {
      event.preventDefault();
      follow(link.getAttribute("href"));
    } else if (!card.contains(event.target) && !event.target.closest?.(".tools")) hide();
    for (const menu of all(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // A sentence and its counterparts light up together.
  let lit = [];
  function near(element) {
    for (const other of lit) other.classList.remove("near");
    lit = [];
    if (!element) return;
    const row = element.closest(".row");
    const wanted = element.dataset.s.split(" ");
    lit = all("[data-s]", row).filter((other) => other !== element && other.dataset.s.split(" ").some((s) => wanted.includes(s)));
    if (lit.length) lit.push(element);
    for (const other of lit) other.classList.add("near");
  }

  // --- permalinks ----------------------------------------------------------------------------------------------------
  function follow(hash) {
    let key = "";
    try { key = decodeURIComponent(hash); } catch { return; }
    if (/^#s\d+$/.test(key)) reveal($(key.slice(1)));
    const number = key.startsWith("#f-") ? numbers.get(key.slice(3)) : undefined;
    if (number === undefined) return;
    if (!shown[number]) { $("filters").reset(); view(); filter(); }
    go(number);
  }
  // What is out of sight has an estimated height, so that a place is right only once its surroundings are laid out.
  function reveal(element) {
    for (let turn = 0; turn < 3; turn += 1) element?.scrollIntoView({ block: "start" });
  }
  addEventListener("hashchange", () => follow(location.hash));

  // --- keys ----------------------------------------------------------------------------------------------------------
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => current >= 0 && judge(current, "accept"),
    r: () => current >= 0 && judge(current, "reject"),
    e: () => current >= 0 && correct(current),
    u: () => { if (current >= 0) { decide(current, null); fill(current); say("decision taken back"); } },
    "?": () => $("keys").showModal(),
    "/": () => $("name-search")?.focus(),
    Escape: () => {
      if (card.contains(document.activeElement)) marks[current].find((mark) => mark.id).focus();
      hide();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
    const typing = event.target.matches?.("input:not([type=checkbox]):not([type=radio]):not([type=range]), select, textarea");
    if (typing && event.key !== "Escape") return;
    if (Object.hasOwn(keys, event.key)) { event.preventDefault(); keys[event.key](); }
  });
  $("next").addEventListener("click", () => step(1));
  $("previous").addEventListener("click", () => step(-1));
  $("help").addEventListener("click", () => $("keys").showModal());

  // --- theme ---------------------------------------------------------------------------------------------------------
  const root = document.documentElement;
  try { const kept = localStorage.getItem("mt-audit:theme"); if (kept) root.dataset.theme = kept; } catch { /* as above */ }
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("mt-audit:theme", root.dataset.theme); } catch { /* as above */ }
  });

  // --- names ---------------------------------------------------------------------------------------------------------
  const table = $("name-table");
  if (table) {
    const body = table.tBodies[0], lines = [...body.rows];
    const search = $("name-search"), type = $("name-type"), wrong = $("name-wrong");
    const choose = () => {
      const words = search.value.toLowerCase().trim();
      let passing = 0;
      for (const line of lines) {
        line.hidden = !line.dataset.name.includes(words) || (type.value && line.dataset.type !== type.value) || (wrong.checked && line.dataset.wrong === "0");
        passing += !line.hidden;
      }
      $("names-shown").textContent = `${passing} of ${lines.length} shown`;
    };
    for (const head of all("th[data-sort]", table)) {
      const sort = make("button", "", head.textContent);
      sort.type = "button";
      head.replaceChildren(sort);
      sort.addEventListener("click", () => {
        const figure = head.classList.contains("figure");
        const down = head.getAttribute("aria-sort") === "none" ? figure : head.getAttribute("aria-sort") === "ascending";
        for (const other of all("th[data-sort]", table)) other.setAttribute("aria-sort", other === head ? (down ? "descending" : "ascending") : "none");
        const key = head.dataset.sort;
        const compare = figure ? (a, b) => a.dataset[key] - b.dataset[key] : (a, b) => a.dataset[key].localeCompare(b.dataset[key]);
        lines.sort((a, b) => (down ? -1 : 1) * compare(a, b));
        body.append(...lines);
      });
    }
    wrong.checked = lines.some((line) => line.dataset.wrong !== "0");
    $("name-filters").addEventListener("input", choose);
    $("name-filters").addEventListener("submit", (event) => event.preventDefault());
    choose();
  }

  findings.forEach((finding, number) => { if (own(finding.id)) paint(number); });
  count();
  filter();
  view();
  follow(location.hash);
})();
