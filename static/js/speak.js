// The Speak page: pauses, sliders, the estimate; and the speech that is heard while the rest of it is made.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- the form -------------------------------------------------------------------------------------------------------
  function insertPause(field) {  // as if it was typed, so that undo takes it back
    field.focus();
    const { value, selectionStart, selectionEnd } = field;
    const before = /(^|\s)$/.test(value.slice(0, selectionStart)) ? "" : " ";
    const after = /^\s/.test(value.slice(selectionEnd)) ? "" : " ";
    const text = `${before}<#0.5#>${after}`;
    if (document.execCommand("insertText", false, text)) return;
    field.setRangeText(text, selectionStart, selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("mousedown", (event) => { if (event.target.closest("[data-pause]")) event.preventDefault(); });  // the cursor stays
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pause]");
    if (button) insertPause(document.getElementById(button.dataset.pause));
  });
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.matches("[data-speak]") && event.target.form;
    const button = form && $("#speak-button");
    if (!button || button.disabled) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  document.addEventListener("input", ({ target }) => {
    const twin = target.dataset?.twin ? document.getElementById(target.dataset.twin) : $(`[data-twin="${target.id}"]`);
    if (twin && target.value !== "") {
      twin.value = target.value;
      if (target.dataset.twin) twin.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (target.form?.matches("[data-speak]")) estimate();
  });

  const words = (seconds) => (seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`);
  const dollars = (amount) => {  // as spending.py
    const digits = amount >= 0.1 ? amount.toFixed(2) : Math.max(amount, 0.0001).toFixed(4).replace(/0{1,2}$/, "");
    return window.voiceclone.say("${amount}", { amount: digits.replace(".", (0.5).toLocaleString(document.documentElement.lang)[1]) });
  };
  function estimate() {  // the server knows how fast past runs were
    const shown = $("#estimate");
    const pace = $("#settings")?.dataset;
    const text = $("[data-speak] textarea[name=text]")?.value || "";
    if (!shown) return;
    const pauses = [...text.matchAll(/<#\s*(\d*\.?\d+)\s*#>/g)].reduce((sum, mark) => sum + Number(mark[1]), 0);
    const said = [...text.replace(/<#[^<>#]*#>/g, "")].length;
    const speed = Number($("#settings [name=speed]").value) || 1;
    const parts = [];
    const { say } = window.voiceclone;
    if (pace?.work) parts.push(say("About {sound} of speech, ready in about {work}", { sound: words((pace.sound * said) / speed + pauses), work: words(pace.work * (20 + [...text].length)) }));
    const price = JSON.parse(pace?.prices || "{}")[$("#settings [name=model]").value];
    if (price) parts.push(say("about {price}", { price: dollars((price * [...text].length) / 1000) }));
    shown.textContent = /[\p{L}\p{N}]/u.test(text) ? parts.join(" · ") : "";
  }

  // --- a speech while it is made: its sentences one after the other in one player, then the whole file -------------------
  // Sentences are fetched whole, so that nothing is missing when the server replaces them by the file. The change-over
  // waits for the end of a sentence, where there is silence anyway.
  const { player: kit } = window.voiceclone;

  class Series {
    constructor(box) {
      this.box = box;
      this.player = $("[data-player]", box);
      this.now = kit.part(this.player, "audio");
      this.next = this.another();  // plays the sentence after this one
      this.whole = this.another();
      this.lengths = [];  // seconds of each sentence that there is
      this.files = new Map();  // number → promise of an address
      this.number = -1;  // the sentence in the player
      this.offset = 0;  // seconds before it
      this.wanted = false;  // shall sound be heard?
      kit.series.set(this.player, this);
    }

    another() {
      const audio = new Audio();
      audio.preload = "auto";
      this.player.append(audio);
      return audio;
    }

    start(number) { return this.lengths.slice(0, number).reduce((sum, length) => sum + length, 0); }
    get end() { return this.start(this.lengths.length); }
    get here() { return this.offset + this.now.currentTime; }

    update(sound) {
      const lengths = sound.dataset.parts.split(" ").filter(Boolean).map(Number);
      if (lengths.length > this.lengths.length) this.lengths = lengths;  // a second attempt makes the same again
      if (sound.dataset.whole && !this.address) this.finish(sound);
      this.total(this.address ? Number(sound.dataset.seconds) : this.end);
      if (this.lengths.length || this.address) this.player.parentElement.hidden = false;
      if (this.box.hasAttribute("data-hear") && (this.lengths.length || this.address)) {  // the person asked for it just now
        this.box.removeAttribute("data-hear");
        if (!$("[data-playing]")) return this.play();
      }
      if (this.number < 0 && !this.address && this.lengths.length) this.load(0, 0);
      else if (this.address && !this.wanted) this.change(this.number < 0 ? 0 : this.here);
      else if (this.starving) this.ended();
      else this.prepare();
    }

    total(seconds) {
      kit.part(this.player, "seek").max = seconds.toFixed(2);
      kit.show(this.player, this.number < 0 ? 0 : this.here);
    }

    file(number) {
      if (!this.files.has(number) && !this.address) {
        const address = $("[data-sound]", this.box).dataset.part.replace(/0$/, number);
        const got = fetch(address).then((answer) => (answer.status === 200 ? answer.blob() : Promise.reject(answer.status))).then(URL.createObjectURL);
        got.catch(() => this.files.delete(number));  // it is gone because the whole is there: the next answer says so
        this.files.set(number, got);
      }
      return this.files.get(number) || Promise.reject();
    }

    finish(sound) {
      this.address = sound.dataset.whole;
      this.whole.src = this.address;
      this.whole.addEventListener("loadedmetadata", () => this.ready(), { once: true });
      const drawn = $(".wave path", sound)?.getAttribute("d");
      if (drawn) for (const path of all(".wave path", this.player)) path.setAttribute("d", drawn);
    }

    ready() { if (this.whole.readyState && this.wanted && this.number >= 0) this.whole.currentTime = this.start(this.number + 1); }

    async load(number, at) {
      const loading = (this.loading = Symbol("loading"));
      let address;
      try { address = await this.file(number); } catch { if (this.address) this.change(this.start(number) + at); else this.starve(); return; }
      if (loading !== this.loading || this.changed) return;
      if (this.next.dataset.number === String(number)) [this.now, this.next] = [this.next, this.now];
      else this.now.src = address;
      for (const [audio, playing] of [[this.now, true], [this.next, false]]) audio.toggleAttribute("data-audio", playing);
      this.now.removeAttribute("data-number");
      this.number = number;
      this.offset = this.start(number);
      if (at || this.now.currentTime) this.now.currentTime = at;
      if (this.wanted) this.sound(this.now);
      else kit.show(this.player, this.offset + at);
      this.prepare();
      this.ready();
    }

    async prepare() {
      const number = this.number + 1;
      if (number >= this.lengths.length || this.address || this.next.dataset.number === String(number)) return;
      const address = await this.file(number).catch(() => null);
      if (!address || this.number + 1 !== number || this.changed) return;
      this.next.src = address;
      this.next.dataset.number = number;
    }

    async sound(audio) {
      this.starving = false;
      this.player.removeAttribute("data-waiting");
      try { await audio.play(); } catch (error) {
        if (error.name === "AbortError") return;
        this.wanted = false;
        kit.button(this.player, false);
        if (error.name !== "NotAllowedError") kit.fail(this.player);
      }
    }

    play() {
      this.wanted = true;
      kit.button(this.player, true);
      if (this.number < 0 && this.address) return this.change(0);
      if (this.number < 0) return this.load(0, 0);
      if (this.now.ended) return this.ended();
      return this.sound(this.now);
    }

    toggle() {
      if (!this.wanted) return this.play();
      this.wanted = this.starving = false;
      this.now.pause();
      this.player.removeAttribute("data-waiting");
      kit.button(this.player, false);
      if (this.address) this.change(this.here);
    }

    ended() {
      const next = this.number + 1;
      if (this.address && next < this.lengths.length && !this.whole.readyState && this.next.dataset.number === String(next)) return this.load(next, 0);
      if (this.address) return this.now.ended && this.isLast(next) ? this.over() : this.change(this.start(next));
      if (next < this.lengths.length) return this.load(next, 0);
      return this.starve();
    }

    isLast(next) { return this.start(next) >= Number(kit.part(this.player, "seek").max) - 0.1; }

    over() {
      this.wanted = false;
      kit.button(this.player, false);
      this.change(0);
    }

    starve() {  // wait for the next sentence, and ask for it a little sooner than the page would
      if (!this.wanted) return;
      this.starving = true;
      this.player.setAttribute("data-waiting", "");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        const poller = $("[data-poller]");
        if (!this.starving || !this.box.isConnected || !poller) return;
        window.htmx.trigger(poller, "vc:poll");
        this.starve();
      }, 1000);
    }

    seek(at) {
      if (this.address) return this.change(at);
      let number = 0;
      while (number < this.lengths.length - 1 && this.start(number + 1) <= at) number += 1;
      if (number === this.number && !this.now.ended) { this.now.currentTime = at - this.offset; return undefined; }
      this.now.pause();
      return this.load(number, at - this.start(number));
    }

    change(at) {  // to the whole file: from here on the player is like any other
      if (this.changed) return;
      this.changed = true;
      const { player, now, whole, wanted } = this;
      kit.series.delete(player);
      now.pause();
      now.removeAttribute("data-audio");
      whole.setAttribute("data-audio", "");
      player.removeAttribute("data-waiting");
      if (at || whole.currentTime) kit.seek(player, at); else kit.show(player, 0);
      if (wanted) this.sound(whole); else kit.button(player, false);
      now.remove();
      this.next.remove();
      for (const file of this.files.values()) file.then(URL.revokeObjectURL, () => {});
    }
  }

  const made = new WeakMap();  // box of a speech → its series
  function look() {
    estimate();
    for (const box of all("[data-speech]")) {
      const sound = $("[data-sound]", box);
      if ("gone" in sound.dataset) { made.get(box)?.now.pause(); $("[data-heard]", box).hidden = true; continue; }
      if (!made.has(box) && !sound.dataset.whole) made.set(box, new Series(box));
      if (!made.has(box) && box.hasAttribute("data-hear")) { box.removeAttribute("data-hear"); kit.toggle($("[data-player]", box)); }
      const series = made.get(box);
      if (series && !series.changed) series.update(sound);
      if (sound.dataset.whole && $("#voice-note")?.dataset.voice === box.dataset.voice) $("#voice-note [data-temporary]")?.remove();  // it is permanent by now
    }
  }
  for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(name, look);
  look();

  // --- the sentence that is heard is marked in the text ---------------------------------------------------------------------
  function lengthsOf(box) {  // those that nobody told us share the rest of the time as their characters do
    const told = ($("[data-sound]", box).dataset.lengths || "").split(" ").filter(Boolean).map(Number);
    if (told.length && told.length === all("[data-sentence]", box).length) return told;
    const known = made.get(box)?.lengths || [];
    const rest = all("[data-sentence]", box).slice(known.length).map((sentence) => {
      const pause = sentence.previousSibling?.textContent.match(/<#\s*(\d*\.?\d+)\s*#>\s*$/);
      return { pause: pause ? Number(pause[1]) : 0, size: sentence.textContent.length };
    });
    const total = Number($("[data-sound]", box).dataset.seconds || 0);
    const time = total - known.reduce((sum, length) => sum + length, 0) - rest.reduce((sum, { pause }) => sum + pause, 0);
    const pace = Math.max(0, time) / (rest.reduce((sum, { size }) => sum + size, 0) || 1);
    return total ? [...known, ...rest.map(({ pause, size }) => pause + size * pace)] : known;
  }
  document.addEventListener("timeupdate", ({ target }) => {
    const box = target.matches?.("[data-audio]") && target.closest("[data-speech]");
    if (!box) return;
    const series = made.get(box);
    kit.mark(box, target.currentTime > 0 ? (series && !series.changed ? series.offset : 0) + target.currentTime : 0, lengthsOf(box));
  }, true);
})();
