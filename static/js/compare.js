// A/B: two sounds in one place (your sample and your clone; a sample before and after a fix), one switch, the same second.
// Keys A and B, unless something is being typed. [data-begins="12.3"]: that side is a part, from this second of the other.
(() => {
  "use strict";
  const typing = (element) => element.isContentEditable || element.matches?.("input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select");
  let last = null;  // the box that was switched last

  function turn(box, side) {
    last = box;
    if (box.dataset.on === side) return;
    const { part, seek, toggle } = window.voiceclone.player;
    const panel = (name) => box.querySelector(`[data-side-panel="${name}"]`);
    const find = (name) => panel(name).querySelector("[data-player]");
    const begins = (name) => Number(panel(name).dataset.begins || 0);
    const from = part(find(box.dataset.on), "audio");
    const to = find(side);
    const wasPlaying = !from.paused;
    const started = from.currentTime > 0;
    const at = from.currentTime + begins(box.dataset.on) - begins(side);
    const total = Number(part(to, "seek").max);
    from.pause();
    box.dataset.on = side;
    for (const button of box.querySelectorAll("[data-side]")) button.setAttribute("aria-pressed", String(button.dataset.side === side));
    if (started) seek(to, at > 0 && at < total ? at : 0);  // the other one may be shorter
    if (wasPlaying) toggle(to);
  }

  // the one with the focus, the one that sounds, the one switched last; else the result, which is the page's last
  function boxFor(element) {
    const boxes = [...document.querySelectorAll("[data-compare]")];
    return element.closest?.("[data-compare]") || boxes.find((box) => box.querySelector("[data-playing]")) || (last?.isConnected ? last : boxes.at(-1));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare] [data-side]");
    if (button) turn(button.closest("[data-compare]"), button.dataset.side);
  });
  document.addEventListener("keydown", (event) => {
    const side = event.key.toLowerCase();
    if (!["a", "b"].includes(side) || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const box = boxFor(event.target);
    if (box) turn(box, side);
  });
})();
