// Ticked rows of a list: <form data-selection> with boxes [name=o][data-cents]. Everything works without it;
// it adds « tout choisir » and says how many are ticked and for how much.

const euros = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" });

function show(form) {
  const boxes = [...form.querySelectorAll("[name=o]")];
  const ticked = boxes.filter((box) => box.checked);
  const cents = ticked.reduce((sum, box) => sum + Number(box.dataset.cents), 0);
  const total = form.querySelector("[data-selection-total]");
  const all = form.querySelector("[data-selection-all]");
  const plural = ticked.length > 1 ? "s" : "";
  total.textContent = ticked.length ? `${ticked.length} ordre${plural} choisi${plural}, ${euros.format(cents / 100)}` : "";
  form.querySelector("[data-selection-submit]").disabled = ticked.length === 0;
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
