// What the pages do beyond HTML and htmx, hung on data attributes (docs/components.md lists them).
// Everything works by delegation, so fragments that htmx brings in need no initialisation.

const AUTOSAVE_DELAY = 1200;
const RETRY_DELAY = 15000;

const time = () => new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
const csrfToken = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

// ------------------------------------------------------------------ htmx

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

// A swap that failed must not fail silently: the page would show old figures as new ones.
function warn(text) {
  const area = document.getElementById("messages");
  if (!area) return;
  area.querySelector("[data-announced]")?.remove();
  const box = document.createElement("div");
  box.className = "alert-ales tone-warning";
  box.dataset.announced = "";
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  area.append(box);
}

document.addEventListener("htmx:sendError", () =>
  warn("La connexion au serveur est coupée : l’affichage n’est plus à jour. Votre saisie reste à l’écran."),
);
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 422) return;
  warn(
    status === 401 || status === 403
      ? "Votre session a expiré : reconnectez-vous dans un autre onglet, puis reprenez ici. Votre saisie reste à l’écran."
      : "Le serveur n’a pas pu répondre : l’affichage n’est plus à jour. Réessayez dans un instant.",
  );
});
// Refused input comes back as 422 with the same form and its errors.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A formula opened by the reader stays open when its figures are computed again.
document.addEventListener("htmx:beforeSwap", (event) => {
  const all = [...event.detail.target.querySelectorAll("details")];
  event.detail.target.openDetails = all.map((details) => details.open);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const before = event.detail.target.openDetails;
  const all = [...event.detail.target.querySelectorAll("details")];
  // Other formulas than before: what was open can't be told, the page's own choice stands.
  if (before?.length === all.length) all.forEach((details, index) => (details.open = before[index]));
});

// ------------------------------------------------------------------ what a swap tells, and where it leaves the focus

// Said to screen readers only. The same sentence twice is said twice: the region is emptied in between.
function announce(text) {
  const region = document.getElementById("annonces");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 100);
}

// A view may say what it has done: HX-Trigger: {"ales:announce": "3 demandes validées"}.
document.addEventListener("ales:announce", (event) => announce(event.detail.value ?? event.detail));

// The list that follows the filters says how many rows it holds now.
function rowsOf(list) {
  const rows = list.querySelectorAll("tbody tr").length;
  if (!rows) return list.querySelector(".empty-state-title")?.textContent ?? "Aucun résultat";
  const more = list.querySelector("[rel=next]") ? " ou plus" : "";
  return `${rows} résultat${rows > 1 ? "s" : ""}${more}`;
}

// By request: two answers may come together, and each settles a moment after its swap.
const tookTheFocus = new WeakSet();
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && detail.target.contains(document.activeElement)) tookTheFocus.add(detail.xhr);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const arrived = event.target;
  const told = arrived.matches("[data-announce]") ? arrived : arrived.querySelector("[data-announce]");
  if (told) announce(told.dataset.announce || told.textContent.trim());
  else if (event.detail.requestConfig?.elt.matches("[data-announce-rows]")) announce(rowsOf(arrived));
  const hadFocus = tookTheFocus.has(event.detail.xhr);
  if (!hadFocus || !arrived.isConnected || document.activeElement !== document.body) return;
  // What had the focus is gone: the reader goes on from what came in its place, not from the top of the page.
  const place = arrived.querySelector("[data-error-summary], [data-focus]") ?? arrived;
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: place === arrived });
});

// ------------------------------------------------------------------ the navigation on a phone

// Open, it is a dialog (Bootstrap gives it the role) and wants a name; beside the page it is neither.
document.addEventListener("show.bs.offcanvas", ({ target }) => target.setAttribute("aria-label", target.dataset.offcanvasName));
document.addEventListener("hidden.bs.offcanvas", ({ target }) => target.removeAttribute("aria-label"));

// ------------------------------------------------------------------ wide tables

// A table too wide for its frame scrolls: the frame takes the focus then, so that arrow keys move it too.
function letArrowsScroll() {
  for (const frame of document.querySelectorAll(".table-wrap, .chart-scroll")) {
    if (frame.scrollWidth > frame.clientWidth) {
      const name = frame.querySelector("caption")?.textContent.trim();
      frame.tabIndex = 0;
      frame.setAttribute("role", "group");
      if (name && !frame.hasAttribute("aria-label")) frame.setAttribute("aria-label", name);
    } else if (frame.matches(".table-wrap[tabindex]") && frame !== document.activeElement) {
      for (const attribute of ["tabindex", "role", "aria-label"]) frame.removeAttribute(attribute);
    }
  }
}
letArrowsScroll();
window.addEventListener("resize", letArrowsScroll);
window.addEventListener("load", letArrowsScroll);
document.addEventListener("htmx:afterSettle", letArrowsScroll);
document.addEventListener("toggle", letArrowsScroll, true);

// ------------------------------------------------------------------ unsaved text, autosave

const dirty = new Set();
const timers = new WeakMap();
const saving = new WeakSet();

function status(form, text, state) {
  let line = form.querySelector(".autosave-status");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "autosave-status" });
    line.setAttribute("role", "status");
    form.append(line);
  }
  line.dataset.state = state;
  line.textContent = text;
}

const watched = (form) => form?.matches?.("form[data-autosave], form[data-warn-unsaved]");
// Words typed in any form that is sent are watched too, but for sign-in; a ticked row or a search isn't.
const WORDS = "textarea, input:not([type]), input[type=text], input[type=email], input[type=tel], input[type=number]";
const holdsWords = ({ target }) =>
  target.matches(WORDS) && target.form?.method === "post" && !target.closest(".auth-card, dialog, [data-menu]");

function schedule(form, delay) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), delay));
}

async function save(form) {
  if (!form.isConnected) return dirty.delete(form);
  if (saving.has(form)) return schedule(form, AUTOSAVE_DELAY);
  saving.add(form);
  dirty.delete(form);
  const body = new FormData(form);
  // Files go with the real submission only: one megabyte at each keystroke would drown the line.
  for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
  status(form, "Enregistrement…", "saving");
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrfToken(), "X-Autosave": "1" },
      redirect: "manual",
    });
    if (answer.ok) {
      status(form, `Enregistré à ${time()}`, "saved");
    } else if (answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) {
      failed(form, "Non enregistré : votre session a expiré. Gardez cette page ouverte, reconnectez-vous dans un autre onglet ; l’enregistrement reprendra ici.");
    } else if (answer.status === 409) {
      status(form, "Non enregistré : ce dossier a été modifié ailleurs. Copiez votre texte, puis rechargez la page.", "failed");
      dirty.add(form);
    } else if (answer.status === 422 || answer.status === 400) {
      // A half-typed value: it will be checked again with the next keystroke and at the submission.
      status(form, (await answer.text()).slice(0, 200) || "Saisie incomplète, pas encore enregistrée.", "failed");
      dirty.add(form);
    } else {
      failed(form, "Non enregistré : le serveur ne répond pas comme prévu. Votre saisie reste à l’écran, nouvel essai dans un instant.");
    }
  } catch {
    failed(form, "Non enregistré : pas de connexion. Votre saisie reste à l’écran et sera envoyée dès que possible.");
  } finally {
    saving.delete(form);
  }
}

function failed(form, text) {
  dirty.add(form);
  status(form, text, "failed");
  schedule(form, RETRY_DELAY);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!watched(form) && !holdsWords(event)) return;
  dirty.add(form);
  if (form.dataset.autosave) schedule(form, AUTOSAVE_DELAY);
});

const retryNow = () => {
  for (const form of dirty) if (form.dataset.autosave) schedule(form, 0);
};
window.addEventListener("online", retryNow);
window.addEventListener("focus", retryNow);
window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

// ------------------------------------------------------------------ submitting once

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  dirty.delete(form);
  clearTimeout(timers.get(form));
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.submitted) return event.preventDefault();
  form.dataset.submitted = "1";
  // After the browser has read the form: a disabled button would not send its name and value.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
  });
});
// Back from the next page (kept in memory by the browser): the form may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-submitted]")) {
    delete form.dataset.submitted;
    for (const button of form.querySelectorAll("button:disabled")) button.disabled = false;
  }
});

// ------------------------------------------------------------------ keyboard, dialogs, refused buttons

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// <details data-menu>: a menu over the page, closed by Escape or by looking elsewhere.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("button, a, [data-dialog-open]");
  if (!target) return;
  if (target.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
  } else if (target.dataset.dialogOpen) {
    document.getElementById(target.dataset.dialogOpen)?.showModal();
  } else if (target.hasAttribute("data-dialog-close")) {
    target.closest("dialog")?.close();
  } else if (target.hasAttribute("data-print")) {
    window.print();
  } else if (target.dataset.formsetAdd) {
    addRow(document.getElementById(target.dataset.formsetAdd));
  } else if (target.hasAttribute("data-formset-remove")) {
    removeRow(target.closest("[data-formset-row]"));
  } else if (target.matches("[data-error-summary] a")) {
    const field = document.getElementById(target.hash.slice(1));
    const control = field?.matches("input, select, textarea") ? field : field?.querySelector("input");
    if (control) {
      event.preventDefault();
      control.focus();
      control.scrollIntoView({ block: "center" });
    }
  }
});

// ------------------------------------------------------------------ formsets

// <div data-formset="prefix" id="…"> management form, [data-formset-rows], <template> with __prefix__ </div>
function addRow(formset) {
  const total = formset.querySelector(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`);
  const index = total.value;
  const row = formset.querySelector("template").content.firstElementChild.cloneNode(true);
  row.innerHTML = row.innerHTML.replaceAll("__prefix__", index);
  formset.querySelector("[data-formset-rows]").append(row);
  total.value = Number(index) + 1;
  window.htmx?.process(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  total.dispatchEvent(new Event("input", { bubbles: true }));
}

// The row stays in the form, hidden and marked for deletion: Django counts the rows it was given.
function removeRow(row) {
  const mark = row.querySelector("[name$='-DELETE']");
  if (!mark) return;
  mark.type === "checkbox" ? (mark.checked = true) : (mark.value = "on");
  row.hidden = true;
  for (const control of row.querySelectorAll("[required]")) control.required = false;
  mark.dispatchEvent(new Event("input", { bubbles: true }));
  row.closest("[data-formset]")?.querySelector("[data-formset-add]")?.focus();
}

// ------------------------------------------------------------------ arriving on a page

// Not the example on the page of the components.
const summary = document.querySelector("[data-error-summary]:not(.gallery-sample *)");
if (summary) {
  summary.focus();
  document.title = `Erreur : ${document.title}`;
}
