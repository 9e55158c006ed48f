// Ticked rows of a list: an element [data-selection] with boxes [name=o][data-cents]. Everything works without it;
// it adds « tout choisir » and says how many are ticked and for how much. `data-selection-one` and `-many` name
// a row (an order when left out); a box [data-selection-everything] stands for rows beyond the page.

const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" });

function show(form) {
  const boxes = [...form.querySelectorAll("[name=o]")];
  const ticked = boxes.filter((box) => box.checked);
  const everything = form.querySelector("[data-selection-everything]")?.checked ?? false;
  const cents = ticked.reduce((sum, box) => sum + Number(box.dataset.cents), 0);
  const total = form.querySelector("[data-selection-total]");
  const all = form.querySelector("[data-selection-all]");
  const one = form.dataset.selectionOne ?? "ordre choisi";
  const many = form.dataset.selectionMany ?? "ordres choisis";
  total.textContent = everything
    ? "Tout ce que montre le filtre"
    : ticked.length
      ? `${ticked.length} ${ticked.length > 1 ? many : one}, ${euros.format(cents / 100)}`
      : "";
  for (const button of form.querySelectorAll("[data-selection-submit]")) {
    button.disabled = ticked.length === 0 && !everything;
  }
  all.hidden = false;
  all.checked = ticked.length === boxes.length;
  all.indeterminate = ticked.length > 0 && !all.checked;
}

function showAll() {
  document.querySelectorAll("[data-selection]").forEach(show);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-selection]");
  if (!form) return;
  if (event.target.matches("[data-selection-all]")) {
    for (const box of form.querySelectorAll("[name=o]")) box.checked = event.target.checked;
  }
  show(form);
});
document.addEventListener("htmx:afterSettle", showAll);
window.addEventListener("pageshow", showAll);
showAll();
