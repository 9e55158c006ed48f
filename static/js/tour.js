// The tour of the first visit: one step after the other, beside what it points at. It holds nothing back: the page
// stays open to the keyboard and the pointer; Escape puts it away.

const tour = document.querySelector("[data-tour]");
const GAP = 14;
let current = -1;
let pointed = null;
let former = null;

const steps = [...tour.querySelectorAll("[data-tour-step]")];
const [back, next, done, skip] = ["back", "next", "done", "skip"].map((name) => tour.querySelector(`[data-tour-${name}]`));

const inSight = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;

function point(target) {
  pointed?.classList.remove("tour-pointed");
  pointed = target;
  pointed?.classList.add("tour-pointed");
}

// Right of what it points at, else under it, else over it; where none fits, in its corner (tour.css).
function place() {
  for (const side of ["left", "top", "right", "bottom"]) tour.style[side] = "";
  if (!pointed || window.innerWidth < 576) return;
  const there = pointed.getBoundingClientRect();
  const { width, height } = tour.getBoundingClientRect();
  const within = (value, most) => Math.max(GAP, Math.min(value, most - GAP));
  let left, top;
  if (there.right + GAP + width < window.innerWidth && there.width < window.innerWidth / 4) {
    [left, top] = [there.right + GAP, within(there.top, window.innerHeight - height)];
  } else if (there.bottom + GAP + height < window.innerHeight) {
    [left, top] = [within(there.left, window.innerWidth - width), there.bottom + GAP];
  } else if (there.top - GAP - height > 0) {
    [left, top] = [within(there.left, window.innerWidth - width), there.top - GAP - height];
  } else {
    return;
  }
  Object.assign(tour.style, { left: `${left}px`, top: `${top}px`, right: "auto", bottom: "auto" });
}

function show(number) {
  current = number;
  steps.forEach((step, place) => (step.hidden = place !== number));
  const title = steps[number].querySelector("h2");
  steps.forEach((step) => step.querySelector("h2").removeAttribute("id"));
  title.id = "visite-titre";
  const last = number === steps.length - 1;
  back.hidden = number === 0;
  [next.hidden, done.hidden, skip.hidden] = [last, !last, last];
  point([...document.querySelectorAll(steps[number].dataset.tourStep)].find(inSight) ?? null);
  pointed?.scrollIntoView({ block: "nearest" });
  place();
  title.focus({ preventScroll: true });
}

function close() {
  point(null);
  tour.close();
  (former?.isConnected && former !== document.body ? former : document.querySelector("main")).focus({ preventScroll: true });
}

// Put away for good. Should the network fail, the next dashboard shows it again: nothing is lost.
async function end(form) {
  close();
  await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true }).catch(() => {});
}

next.addEventListener("click", () => show(current + 1));
back.addEventListener("click", () => show(current - 1));
const form = tour.querySelector("[data-tour-end]");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  end(form);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && tour.open && !document.querySelector(".offcanvas.show, dialog:modal")) end(form);
});
window.addEventListener("resize", place);
window.addEventListener("scroll", place, { passive: true });

former = document.activeElement;
tour.show();
show(0);
