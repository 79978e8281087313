// Time that is left, kept true while the page is open; the dialog that renames and deletes; where the focus goes when a card does.
(() => {
  "use strict";

  // --- countdowns: <time data-left="seconds from now on">, the server's seconds, for the person's clock may be wrong --------
  const ends = new WeakMap();  // element → when it ends, by this machine's clock
  let timer = 0;

  function words(left) {  // as time_left in templatetags/sound.py
    const minutes = Math.floor(left / 60);
    const hours = Math.floor(minutes / 60);
    if (left < 120) return minutes ? `${minutes} min ${left % 60} s` : `${left} s`;
    if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  }

  function tick() {
    let soonest = Infinity;
    for (const element of document.querySelectorAll("time[data-left]")) {
      if (!ends.has(element)) ends.set(element, Date.now() + 1000 * element.dataset.left);
      const left = Math.max(0, (ends.get(element) - Date.now()) / 1000);
      element.textContent = words(Math.floor(left));
      if (left) soonest = Math.min(soonest, left);
      else over(element);
    }
    clearTimeout(timer);
    if (soonest < Infinity) timer = setTimeout(tick, soonest <= 120 ? 1000 : 1000 * Math.min(60, soonest - 119));
  }

  function over(element) {
    element.removeAttribute("data-left");
    element.dispatchEvent(new CustomEvent("vc:time-up", { bubbles: true }));  // a card fetches itself anew
    if (element.closest("[data-over=reload]")) location.reload();
  }

  tick();
  document.addEventListener("htmx:afterSettle", tick);
  document.addEventListener("htmx:oobAfterSwap", tick);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

  // --- the dialog: whatever is swapped into it is a question ---------------------------------------------------------------
  const dialog = () => document.getElementById("ask");
  document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
    if (target.id !== "ask" || target.open) return;
    requestConfig.elt.closest("details.menu")?.querySelector("summary").focus();  // its menu is closed by now: come back to it
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => { if (target.id === "ask" && !target.open) target.showModal(); });
  document.addEventListener("vc:done", () => dialog()?.close());
  document.addEventListener("htmx:responseError", ({ detail }) => {  // what is said about it is said outside
    if (detail.elt.closest("#ask")) dialog().close();
  });

  // --- a card is taken away: its neighbour has the focus ---------------------------------------------------------------------
  document.addEventListener("htmx:beforeSwap", ({ detail: { target, swapOverride } }) => {
    if (swapOverride !== "delete") return;
    const beside = [target.nextElementSibling, target.previousElementSibling].find((card) => card?.matches("article.voice"));
    setTimeout(() => {
      if (!target.isConnected && document.activeElement === document.body) (beside?.querySelector("[data-focus]") || document.querySelector("#find input"))?.focus();
    });
  });
})();
