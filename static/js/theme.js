// Light or dark, decided before the first paint. Follows the system until the person says otherwise;
// choosing what the system has anyway means following it again.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { theme ? localStorage.setItem("theme", theme) : localStorage.removeItem("theme"); } catch { /* private mode */ } };

  function show() {
    const theme = kept() || (system.matches ? "dark" : "light");
    root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.setAttribute("aria-label", button.dataset[other]);
  }

  root.classList.add("js");
  show();
  system.addEventListener("change", show);
  addEventListener("storage", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const wanted = root.dataset.theme === "dark" ? "light" : "dark";
    keep(wanted === (system.matches ? "dark" : "light") ? null : wanted);
    show();
  });
})();
