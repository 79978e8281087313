// The player of _player.html: a button, a range over a waveform, an <audio>. Only one sounds at a time.
(() => {
  "use strict";
  const { say } = window.voiceclone;
  const playerOf = (element) => element.closest?.("[data-player]");
  const part = (player, name) => player.querySelector(`[data-${name}]`);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const lengthOf = (player) => Number(part(player, "seek").max) || 0;
  const series = new WeakMap();  // player → what fills it with one sound after another (speak.js); most play one file
  const here = (player) => (series.get(player)?.offset || 0) + part(player, "audio").currentTime;

  function show(player, at) {
    const seek = part(player, "seek");
    const total = lengthOf(player);
    const here = Math.min(at, total);
    let wave = player.querySelector(".wave.played");
    if (!wave) {  // the part that was played: the same drawing in another colour, clipped
      wave = player.querySelector(".wave").cloneNode(true);
      wave.classList.add("played");
      player.querySelector(".wave").after(wave);
    }
    wave.style.setProperty("--at", `${total ? (100 * here) / total : 0}%`);
    seek.value = here;
    seek.setAttribute("aria-valuetext", say("{at} of {total}", { at: clock(here), total: clock(total) }));
    part(player, "time").textContent = here > 0 ? `${clock(here)} / ${clock(total)}` : clock(total);
    player.toggleAttribute("data-started", here > 0);
  }

  function button(player, playing) {
    const play = part(player, "play");
    const what = play.dataset.label;
    player.toggleAttribute("data-playing", playing);
    play.setAttribute("aria-label", playing ? say("Pause {what}", { what }) : say("Play {what}", { what }));
  }

  function fail(player) {
    button(player, false);
    player.removeAttribute("data-waiting");
    if (player.querySelector(".player-error")) return;
    const text = document.createElement("p");
    text.className = "player-error";
    text.setAttribute("role", "alert");
    text.textContent = say("This sound could not be loaded. Reload the page and try again.");
    player.append(text);
  }

  async function toggle(player) {
    if (series.has(player)) return series.get(player).toggle();
    const audio = part(player, "audio");
    if (!audio.paused) return audio.pause();
    player.querySelector(".player-error")?.remove();
    if (audio.error) audio.load();
    try { await audio.play(); } catch (error) { if (error.name !== "AbortError" && error.name !== "NotAllowedError") fail(player); }
  }

  function seek(player, at) {
    const audio = part(player, "audio");
    show(player, at);
    if (series.has(player)) return series.get(player).seek(at);
    if (audio.readyState) { audio.currentTime = at; return; }
    audio.addEventListener("loadedmetadata", () => { audio.currentTime = at; }, { once: true });
    if (audio.preload === "none") { audio.preload = "metadata"; audio.load(); }
  }

  function follow(player) {  // smoother than timeupdate, only while it plays
    const audio = part(player, "audio");
    if (audio.paused || !audio.isConnected) return;
    show(player, here(player));
    requestAnimationFrame(() => follow(player));
  }

  // media events do not bubble, but they can be caught on the way down
  const on = (name, act) => document.addEventListener(name, (event) => {
    const player = event.target.matches?.("[data-audio]") && playerOf(event.target);
    if (player) act(player, event.target);
  }, true);
  on("play", (player, audio) => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    button(player, true);
    follow(player);
  });
  on("pause", (player, audio) => { if (!(audio.ended && series.has(player))) button(player, false); });
  on("waiting", (player) => player.setAttribute("data-waiting", ""));
  on("playing", (player) => player.removeAttribute("data-waiting"));
  on("ended", (player) => (series.has(player) ? series.get(player).ended() : show(player, 0)));
  on("seeked", (player, audio) => { if (!audio.ended) show(player, here(player)); });
  on("error", (player, audio) => { if (audio.error && !series.has(player)) fail(player); });
  on("loadedmetadata", (player, audio) => {  // believe the file, not the page; but a take says Infinity, or (WebKitGTK) what its first seconds are
    const range = part(player, "seek");
    if (series.has(player) || audio.src.startsWith("blob:")) return;
    if (!Number.isFinite(audio.duration) || Math.abs(audio.duration - range.max) < 0.05) return;
    range.max = audio.duration;
    show(player, audio.currentTime);
  });

  // --- the sentence that is heard is marked in the text ---------------------------------------------------------------------
  // within [data-spoken]: [data-lengths="1.2 3.4"] around the player, seconds of each sentence; [data-sentence="0"] in the text
  function mark(box, at, lengths) {
    let left = at;
    const number = at > 0 ? lengths.findIndex((length) => (left -= length) < 0) : -1;
    for (const sentence of box.querySelectorAll("[data-sentence]")) {
      const heard = Number(sentence.dataset.sentence) === number;
      if (heard === sentence.hasAttribute("aria-current")) continue;
      if (heard) sentence.setAttribute("aria-current", "true"); else sentence.removeAttribute("aria-current");
      const text = sentence.parentElement;
      if (heard && (sentence.offsetTop < text.scrollTop || sentence.offsetTop + sentence.offsetHeight > text.scrollTop + text.clientHeight)) text.scrollTop = sentence.offsetTop - 24;
    }
  }
  on("timeupdate", (player, audio) => {
    const lengths = player.closest("[data-lengths]")?.dataset.lengths.split(" ").map(Number);
    const box = player.closest("[data-spoken]");
    if (box && lengths?.length === box.querySelectorAll("[data-sentence]").length) mark(box, audio.currentTime, lengths);
  });

  document.addEventListener("click", (event) => {
    const player = event.target.closest("[data-play]") && playerOf(event.target);
    if (player) toggle(player);
  });
  document.addEventListener("input", (event) => {
    const player = event.target.matches("[data-seek]") && playerOf(event.target);
    if (player) seek(player, Number(event.target.value));
  });
  document.addEventListener("keydown", (event) => {
    const player = event.target.matches?.("[data-seek]") && playerOf(event.target);
    if (!player) return;
    const steps = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10 };
    if (event.key === " ") toggle(player);
    else if (event.key in steps) seek(player, Math.max(0, Math.min(lengthOf(player), Number(event.target.value) + steps[event.key])));
    else return;
    event.preventDefault();
  });

  function autoplay(within) {  // only where the page says so: right after the person's own click
    const player = within.querySelector?.("[data-player][data-autoplay]");
    if (!player) return;
    player.removeAttribute("data-autoplay");
    toggle(player);
  }
  document.addEventListener("htmx:afterSettle", (event) => autoplay(event.detail.elt.parentElement || event.detail.elt));

  window.voiceclone = Object.assign(window.voiceclone || {}, { player: { toggle, seek, show, part, button, fail, series, mark } });
})();
