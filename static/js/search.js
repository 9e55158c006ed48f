// The header's search box as a combobox: arrows choose among what htmx brought, Enter opens, Escape closes.
// Without this file it stays a form that leads to the page of results.

const box = document.querySelector("[data-search-box]");
const input = box?.querySelector("[data-search]");
const panel = box?.querySelector(".search-panel");
const state = box?.querySelector("[role=status]");

const options = () => [...panel.querySelectorAll("[role=option]")];
const chosen = () => panel.querySelector("[aria-selected=true]");

function open(isOpen) {
  panel.hidden = !isOpen;
  input.setAttribute("aria-expanded", String(isOpen && options().length > 0));
  if (!isOpen) choose(null);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

// One step down or up; past either end nothing is chosen and Enter sees everything.
function step(by) {
  const all = options();
  const places = [null, ...all];
  const at = places.indexOf(chosen());
  choose(places[(at + by + places.length) % places.length]);
}

function keydown(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!options().length) return;
    event.preventDefault();
    if (panel.hidden) open(true);
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    chosen().click();
  } else if (event.key === "Escape" && !panel.hidden) {
    event.preventDefault();
    open(false);
  }
}

if (box) {
  input.addEventListener("keydown", keydown);
  input.addEventListener("focus", () => input.value.trim() && panel.childElementCount && open(true));
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || open(false));
  // A click on a proposition must not take the focus first: the panel would close under it.
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    choose(null);
    open(panel.childElementCount > 0 && document.activeElement === input);
    state.textContent = panel.querySelector("[data-status]")?.dataset.status ?? "";
  });
}
