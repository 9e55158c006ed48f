// Light or dark, before the first paint (so this one script is neither deferred nor a module).
// The person's choice ("light" or "dark") wins; without one the page follows the device. Paper is always light.
(function () {
  "use strict";
  const KEY = "ales-theme";
  const device = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const value = localStorage.getItem(KEY);
      return value === "light" || value === "dark" ? value : "auto";
    } catch {
      return "auto";
    }
  }

  function apply() {
    const choice = chosen();
    const theme = choice === "auto" ? (device.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.bsTheme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  apply();
  device.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("beforeprint", () => (document.documentElement.dataset.bsTheme = "light"));
  window.addEventListener("afterprint", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch {
      // Private browsing without storage: the choice holds for nothing, the page still works.
    }
    apply();
  });
})();
