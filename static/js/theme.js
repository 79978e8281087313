// Light or dark. Follows the system until the person says otherwise; choosing what the system has anyway means following it
// again. A choice is kept in a cookie, so that the server can say it in the page: no script holds up the first paint.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
  const keep = (theme) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme || ""}; Path=/; Max-Age=${theme ? 31536000 : 0}; SameSite=Lax${secure}`;
  };

  function show() {
    const theme = kept() || (system.matches ? "dark" : "light");
    root.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.setAttribute("aria-label", button.dataset[other]);
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("visibilitychange", show);  // it may have been chosen in another tab
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const wanted = root.dataset.theme === "dark" ? "light" : "dark";
    keep(wanted === (system.matches ? "dark" : "light") ? null : wanted);
    show();
  });
})();
