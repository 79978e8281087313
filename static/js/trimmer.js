// The part of a recording that is used: two ranges on its waveform (_part.html), and a button that plays what lies between.
(() => {
  "use strict";
  const SHORTEST = 3;  // seconds; the server says so, too
  const of = (element) => element.closest?.("[data-trimmer]");
  const part = (trimmer, name) => trimmer.querySelector(`[data-trim-${name}]`);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  function show(trimmer) {
    const start = part(trimmer, "start");
    const end = part(trimmer, "end");
    const total = Number(end.max);
    for (const range of [start, end]) range.setAttribute("aria-valuetext", window.voiceclone.say("{at} of {total}", { at: clock(range.value), total: clock(total) }));
    part(trimmer, "frame").setAttribute("x", (100 * start.value) / total);
    part(trimmer, "frame").setAttribute("width", (100 * (end.value - start.value)) / total);
    part(trimmer, "text").textContent = `${clock(start.value)} – ${clock(end.value)} / ${clock(total)}`;
  }

  function stop(trimmer) {
    part(trimmer, "audio").pause();
    part(trimmer, "listen").setAttribute("aria-pressed", "false");
  }

  async function listen(trimmer) {
    const audio = part(trimmer, "audio");
    if (!audio.paused) return stop(trimmer);
    for (const other of document.querySelectorAll("audio")) other.pause();
    audio.currentTime = Number(part(trimmer, "start").value);
    try {
      await audio.play();
      part(trimmer, "listen").setAttribute("aria-pressed", "true");
    } catch (error) { stop(trimmer); }
  }

  document.addEventListener("input", (event) => {
    const trimmer = event.target.matches?.("[data-trim-start], [data-trim-end]") && of(event.target);
    if (!trimmer) return;
    const start = part(trimmer, "start");
    const end = part(trimmer, "end");
    if (event.target === start) start.value = Math.max(0, Math.min(start.value, end.value - SHORTEST));
    else end.value = Math.min(end.max, Math.max(end.value, Number(start.value) + SHORTEST));
    stop(trimmer);
    show(trimmer);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-trim-listen]");
    if (button) listen(of(button));
  });
  document.addEventListener("timeupdate", (event) => {
    const trimmer = event.target.matches?.("[data-trim-audio]") && of(event.target);
    if (trimmer && event.target.currentTime >= Number(part(trimmer, "end").value)) stop(trimmer);
  }, true);
  document.addEventListener("ended", (event) => { if (event.target.matches?.("[data-trim-audio]")) stop(of(event.target)); }, true);
  document.addEventListener("pause", (event) => {
    if (event.target.matches?.("[data-trim-audio]")) part(of(event.target), "listen").setAttribute("aria-pressed", "false");
  }, true);
})();
