// A/B: your sample and your clone, one switch, the same second. Keys A and B, unless something is being typed.
(() => {
  "use strict";
  const typing = (element) => element.isContentEditable || element.matches?.("input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select");

  function turn(box, side) {
    if (box.dataset.on === side) return;
    const { part, seek, toggle } = window.voiceclone.player;
    const find = (name) => box.querySelector(`[data-side-panel="${name}"] [data-player]`);
    const from = part(find(box.dataset.on), "audio");
    const to = find(side);
    const wasPlaying = !from.paused;
    const at = from.currentTime;
    const total = Number(part(to, "seek").max);
    from.pause();
    box.dataset.on = side;
    for (const button of box.querySelectorAll("[data-side]")) button.setAttribute("aria-pressed", String(button.dataset.side === side));
    if (at > 0) seek(to, at < total ? at : 0);  // the other one may be shorter
    if (wasPlaying) toggle(to);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare] [data-side]");
    if (button) turn(button.closest("[data-compare]"), button.dataset.side);
  });
  document.addEventListener("keydown", (event) => {
    const side = event.key.toLowerCase();
    if (!["a", "b"].includes(side) || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const box = event.target.closest?.("[data-compare]") || document.querySelector("[data-compare]");
    if (box) turn(box, side);
  });
})();
