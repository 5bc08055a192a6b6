// Makes pages quicker; everything also works without it. Events are caught at the document, so swapped parts need no set-up.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (e) => e.isComposing || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]");

  // ---- keys: / search, n new, e edit, Escape closes ----
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") { all("details.pop[open], details.user[open], details.nav-small[open]").forEach((d) => { d.open = false; one("summary", d).focus(); }); return; }
    if (typing(e)) return;
    const target = one(`[data-key="${CSS.escape(e.key)}"]`);
    if (!target) return;
    e.preventDefault();
    if (target.matches("input")) { target.focus(); target.select(); } else { target.click(); }
  });
  document.addEventListener("click", (e) => {
    all("details.pop[open], details.user[open], details.nav-small[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    if (e.target.closest("[data-print]")) window.print();
    const back = e.target.closest("[data-back]");
    if (back && (history.state?.htmx || document.referrer.startsWith(location.origin + location.pathname))) { e.preventDefault(); history.back(); }
  });

  // ---- forms: sent once, warned before leaving, empty filters left out ----
  let dirty = false;
  document.addEventListener("input", (e) => { if (e.target.closest("[data-dirty]")) dirty = true; });
  window.addEventListener("beforeunload", (e) => { if (dirty) e.preventDefault(); });
  document.addEventListener("submit", (e) => {
    const form = e.target;
    dirty = false;
    if (form.method === "get") all("input[name], select[name]", form).forEach((i) => { if (i.value === "") { i.disabled = true; setTimeout(() => { i.disabled = false; }); } });
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => all("button", form).forEach((b) => { b.disabled = true; }));
    if (form.matches("[data-upload]")) { const note = one("[data-chosen]", form); if (note) note.textContent = "正在上传，请勿关闭页面……"; }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => { delete f.dataset.sent; all("button", f).forEach((b) => { b.disabled = false; }); }));
  document.addEventListener("htmx:configRequest", (e) => {
    if (e.detail.verb !== "get") return;
    const given = e.detail.formData || e.detail.parameters;
    for (const [name, value] of [...(given.entries ? given.entries() : Object.entries(given))]) {
      if (value === "") { if (given.delete) given.delete(name); else delete given[name]; }
    }
  });
  const wrong = one("[data-focus]");
  if (wrong) wrong.focus();

  // The bell looks again while somebody is at work here, once a minute at most: a page left open asks nothing and keeps no session alive.
  let worked = Date.now(), looked = Date.now();
  const look = () => {
    const bell = one("#bell");
    if (!bell || !window.htmx || document.hidden || Date.now() - looked < 60000) return;
    looked = Date.now();
    htmx.trigger(bell, "zj:look");
  };
  for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, () => { worked = Date.now(); }, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { worked = Date.now(); look(); } });
  setInterval(() => { if (Date.now() - worked < 60000) look(); }, 15000);

  // On a small screen the list comes before the open filters.
  const fold = () => { if (innerWidth <= 640) all(".filter-fields").forEach((d) => { d.open = false; }); };
  fold();
  document.addEventListener("htmx:afterSwap", fold);

  // ---- rows that are chosen for a bulk action ----
  const picked = () => {
    const rows = all("[data-row]"), number = rows.filter((r) => r.checked).length, note = one("[data-chosen-rows]");
    if (note) note.textContent = number ? `已选 ${number} 条` : "勾选后可批量办理";
    const whole = one("[data-all-rows]");
    if (whole) { whole.checked = number > 0 && number === rows.length; whole.indeterminate = number > 0 && number < rows.length; }
  };
  let lastRow = null;
  document.addEventListener("click", (e) => {
    const row = e.target.closest("[data-row]");
    if (!row) return;
    const rows = all("[data-row]"), here = rows.indexOf(row), before = rows.indexOf(lastRow);
    if (e.shiftKey && before >= 0) rows.slice(Math.min(here, before), Math.max(here, before) + 1).forEach((r) => { r.checked = row.checked; });
    lastRow = row;
    picked();
  });
  document.addEventListener("change", (e) => {
    if (!e.target.matches("[data-all-rows]")) return;
    all("[data-row]").forEach((r) => { r.checked = e.target.checked; });
    picked();
  });
  document.addEventListener("htmx:afterSwap", picked);
  window.addEventListener("pageshow", picked);

  // ---- townships of the chosen county ----
  const towns = (form) => {
    const county = one("[data-counties]", form), town = one("[data-towns]", form);
    if (!county || !town) return;
    all("optgroup", town).forEach((g) => { g.hidden = g.disabled = county.value !== "" && g.dataset.county !== county.value; });
    const chosen = town.selectedOptions[0];
    if (chosen && chosen.parentElement.disabled) town.value = "";
  };
  document.addEventListener("change", (e) => { if (e.target.matches("[data-counties]")) towns(e.target.form); });
  all("form.record-form").forEach(towns);

  // ---- repeated groups ----
  const renumber = (group) => {
    const path = group.dataset.rows;
    all(":scope > .row-item", group).forEach((row, index) => {
      const old = row.dataset.row;
      row.dataset.row = index;
      one(".row-number", row).textContent = index + 1;
      const id = "f-" + path.replaceAll(".", "-") + "-";
      all("[name], [id], [for]", row).forEach((n) => {
        if (n.name) n.name = n.name.replace(`${path}.${old}.`, `${path}.${index}.`);
        for (const attribute of ["id", "for", "aria-describedby"]) {
          const value = n.getAttribute(attribute);
          if (value) n.setAttribute(attribute, value.replace(`${id}${old}-`, `${id}${index}-`));
        }
      });
    });
    const count = one(".rows-count", group);
    if (count) count.textContent = all(":scope > .row-item", group).length + " 项";
  };
  const empty = (row) => all("input, select, textarea", row).forEach((i) => { if (i.type === "checkbox") i.checked = false; else i.value = ""; });
  document.addEventListener("click", (e) => {
    const add = e.target.closest("[data-add]");
    if (add) {
      e.preventDefault();
      const group = add.closest("[data-rows]"), rows = all(":scope > .row-item", group);
      if (group.dataset.most && rows.length >= Number(group.dataset.most)) return;
      const row = rows[rows.length - 1].cloneNode(true);
      empty(row);
      all(".said", row).forEach((n) => n.remove());
      row.dataset.row = "new";
      const last = rows.length - 1;
      rows[last].after(row);
      // A clone carries its model's numbers; give it fresh ones before all are counted again.
      all("[name], [id], [for]", row).forEach((n) => {
        const path = group.dataset.rows, id = "f-" + path.replaceAll(".", "-") + "-";
        if (n.name) n.name = n.name.replace(`${path}.${last}.`, `${path}.new.`);
        for (const attribute of ["id", "for"]) { const v = n.getAttribute(attribute); if (v) n.setAttribute(attribute, v.replace(`${id}${last}-`, `${id}new-`)); }
      });
      renumber(group);
      one("input:not([type=checkbox]), select", row)?.focus();
    }
  });
  document.addEventListener("change", (e) => {
    const box = e.target.closest(".row-remove input");
    if (!box || !box.checked) return;
    const group = box.closest("[data-rows]"), row = box.closest(".row-item");
    if (all(":scope > .row-item", group).length === 1) { empty(row); } else { row.remove(); renumber(group); }
    dirty = true;
  });

  // ---- suggestions: codes and records ----
  let list = null, input = null, timer = 0, asked = 0;
  const close = () => { list?.remove(); list = null; input?.removeAttribute("aria-expanded"); input?.removeAttribute("aria-activedescendant"); };
  const last = (text) => text.split(/[;；、\n]/).pop().trim();
  const open = async (field) => {
    input = field;
    const many = field.hasAttribute("data-many");
    const q = many ? last(field.value) : field.value.trim();
    const address = field.dataset.suggest || field.dataset.pick;
    if (field.dataset.pick && q.length < 2) { close(); return; }
    const turn = ++asked;
    const answer = await fetch(`${address}?q=${encodeURIComponent(q)}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || turn !== asked || document.activeElement !== field) return;
    const html = await answer.text();
    close();
    if (!html.includes("<li")) return;
    list = document.createElement("ul");
    list.className = "suggestions";
    list.id = "suggestions";
    list.setAttribute("role", "listbox");
    list.innerHTML = html;
    all("li", list).forEach((li, n) => { li.id = `suggestion-${n}`; li.setAttribute("aria-selected", "false"); });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", "suggestions");
    field.setAttribute("aria-expanded", "true");
    (field.closest(".with-unit") || field).after(list);
  };
  const choose = (li) => {
    const field = input;
    if (li.dataset.fill) {
      for (const [name, value] of Object.entries(JSON.parse(li.dataset.fill))) { const target = field.form.elements[name]; if (target) target.value = value; }
    } else if (field.hasAttribute("data-many")) {
      const text = field.value, cut = Math.max(...[";", "；", "、", "\n"].map((s) => text.lastIndexOf(s)));
      field.value = text.slice(0, cut + 1) + li.dataset.value + "；";
    } else { field.value = li.dataset.value; }
    dirty = Boolean(field.closest("[data-dirty]")) || dirty;
    close();
    field.focus();
  };
  const suggests = (t) => t instanceof Element && t.matches("[data-suggest], [data-pick]");
  document.addEventListener("input", (e) => { if (!suggests(e.target) || e.isComposing) return; clearTimeout(timer); timer = setTimeout(open, 150, e.target); });
  document.addEventListener("compositionend", (e) => { if (suggests(e.target)) open(e.target); });
  document.addEventListener("focusin", (e) => { if (suggests(e.target) && e.target.dataset.suggest && e.target.value === "") open(e.target); });
  document.addEventListener("focusout", (e) => { if (e.target === input) setTimeout(() => { if (document.activeElement !== input) close(); }, 150); });
  document.addEventListener("mousedown", (e) => { const li = e.target.closest(".suggestions li"); if (li) { e.preventDefault(); choose(li); } });
  document.addEventListener("keydown", (e) => {
    if (!list || e.target !== input || e.isComposing) return;
    const items = all("li", list), at = items.findIndex((li) => li.getAttribute("aria-selected") === "true");
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      const next = (at + (e.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((li, n) => li.setAttribute("aria-selected", String(n === next)));
      items[next].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[next].id);
    } else if ((e.key === "Enter" || e.key === "Tab") && at >= 0) {
      if (e.key === "Enter") e.preventDefault();
      choose(items[at]);
    } else if (e.key === "Escape") { e.stopPropagation(); close(); }
  }, true);

  // ---- upload: drag and drop, names of the chosen files ----
  const chosen = (field) => { const note = one("[data-chosen]", field.form); if (note) note.textContent = [...field.files].map((f) => `${f.name}（${Math.max(1, Math.round(f.size / 1024))} KB）`).join("、"); };
  document.addEventListener("change", (e) => { if (e.target.matches("input[type=file]")) chosen(e.target); });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (e) => {
      const zone = e.target instanceof Element && e.target.closest("[data-drop]");
      if (!zone) return;
      e.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop") { const field = one("input[type=file]", zone); field.files = e.dataTransfer.files; chosen(field); }
    });
  }
})();
