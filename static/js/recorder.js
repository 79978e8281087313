// Record a sample in the page: raw sound, a text to read, a level in words. The take becomes a file in the form.
(() => {
  "use strict";
  const { say } = window.voiceclone;
  const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];  // Firefox's WebM has no length: nobody could seek in the take
  const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };  // they change the voice that is cloned
  const ERRORS = {
    none: say("No microphone was found. Plug one in and try again, or upload a file."),
    refused: say("The microphone is blocked for this page. Allow it in your browser's settings for this site, then try again."),
    busy: say("The microphone did not start. Another program may be using it. Close that, then try again."),
    unsupported: say("This browser cannot record. Upload a file instead."),
  };
  const LEVELS = { good: say("Good level"), quiet: say("Too quiet: come closer"), clip: say("Clipping: move back a little"), noisy: say("Noisy here: find a quieter place"), wait: say("Listening…") };
  const NOISY = 24;  // dB between the loudest of the speech and the room: some 20 of signal to noise, as the report card has it
  const takes = new WeakMap();  // recorder element → what it is doing
  const find = (box, name) => box.querySelector(`[data-${name}]`);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const setting = (box, name) => Number(box.dataset[name]);

  const said = (box, name, value = "") => box.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`].replace(/\{\w+\}/, value);

  function state(box, name) {
    box.dataset.state = name;
    for (const element of box.querySelectorAll("[data-on]")) element.hidden = !element.dataset.on.split(" ").includes(name);
    find(box, "record-word").textContent = ["counting", "recording"].includes(name) ? say("Stop recording") : say("Start recording");
  }

  function refuse(box, why) {
    state(box, "error");
    find(box, "error").textContent = why === "insecure" ? said(box, "insecure", location.origin) : ERRORS[why];
  }

  async function start(box) {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return refuse(box, window.isSecureContext ? "unsupported" : "insecure");
    if (!window.MediaRecorder) return refuse(box, "unsupported");
    state(box, "asking");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { ...RAW, channelCount: { ideal: 1 } } });
    } catch (error) {
      return refuse(box, { NotFoundError: "none", OverconstrainedError: "none", NotAllowedError: "refused", SecurityError: "refused" }[error.name] || "busy");
    }
    if (!box.isConnected) return stream.getTracks().forEach((track) => track.stop());
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    const take = { stream, chunks: [], levels: [], seconds: 0, floor: 0 };
    listen(box, take);
    if (!(await countdown(box))) { release(take); return box.isConnected && state(box, "idle"); }
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 128000 });
    Object.assign(take, { recorder, began: performance.now() });
    takes.set(box, take);
    recorder.addEventListener("dataavailable", (event) => { if (event.data.size) take.chunks.push(event.data); });
    recorder.addEventListener("stop", () => finish(box, take), { once: true });
    stream.getAudioTracks()[0].addEventListener("ended", () => stop(box));  // unplugged: keep what there is
    recorder.start(1000);
    state(box, "recording");
    try { take.lock = await navigator.wakeLock?.request("screen"); } catch { /* a low battery may refuse */ }
  }

  // Three seconds to breathe in: nobody's first word is cut off. Pressed again, or gone from the page: no recording.
  async function countdown(box) {
    state(box, "counting");
    find(box, "record").focus({ preventScroll: true });
    if (box.getBoundingClientRect().bottom > innerHeight - 64) box.scrollIntoView();  // a phone: script, level and button together
    for (const left of [3, 2, 1]) {
      find(box, "count").textContent = left;
      find(box, "count-word").textContent = said(box, "count", left);
      await new Promise((done) => setTimeout(done, 1000));
      if (!box.isConnected || box.dataset.state !== "counting") return false;
    }
    return true;
  }

  // From the countdown on: while nobody speaks yet, what is heard is the room.
  function listen(box, take) {
    take.context = new AudioContext();
    const meter = take.context.createAnalyser();
    meter.fftSize = 2048;
    take.context.createMediaStreamSource(take.stream).connect(meter);
    const wave = new Float32Array(meter.fftSize);
    let heard = 0;
    let slow = 0;
    let clipped = -9;
    let said = -9;
    take.timer = setInterval(() => {
      if (take.began) progress(box, (take.seconds = (performance.now() - take.began) / 1000));
      if (take.context.state !== "running") return;  // Firefox without a sound output: it records, but there is nothing to measure
      meter.getFloatTimeDomainData(wave);
      let peak = 0;
      let power = 0;
      for (const value of wave) { peak = Math.max(peak, Math.abs(value)); power += value * value; }
      const decibel = 10 * Math.log10(power / wave.length + 1e-9);
      slow += 0.3 * (decibel - slow);
      take.floor = Math.min(take.floor, slow);
      if (!take.began) return;
      const { seconds } = take;
      take.levels.push(Math.min(100, Math.round(peak * 130)));
      heard = Math.max(decibel, heard - 1.2 || decibel);  // falls slowly, so that pauses between words are not "too quiet"
      if (peak > 0.985) clipped = seconds;
      const word = seconds < 1 ? "wait" : seconds - clipped < 1.5 ? "clip" : heard < -38 ? "quiet" : heard - take.floor < NOISY ? "noisy" : "good";
      if (word !== box.dataset.level && seconds - said > 0.8) {
        said = seconds;
        box.dataset.level = word;
        find(box, "level-word").textContent = LEVELS[word];
      }
      box.style.setProperty("--level", Math.max(0, Math.min(1, (decibel + 60) / 54)).toFixed(2));
    }, 80);
  }

  function progress(box, seconds) {
    const [min, good, max] = ["min", "good", "max"].map((name) => setting(box, name));
    const left = max - seconds;
    find(box, "timer").textContent = clock(seconds);
    find(box, "ring").setAttribute("stroke-dasharray", `${Math.min(100, (100 * seconds) / good)} 100`);
    box.classList.toggle("enough", seconds >= good);
    const advice = left < 15 ? say("Stops by itself in {left} s", { left: Math.ceil(left) }) : seconds < min ? say("At least {least} seconds", { least: min }) : seconds < good ? say("{good} seconds or more is better", { good }) : say("Long enough. Read on to the end for the best clone.");
    if (find(box, "advice").textContent !== advice) find(box, "advice").textContent = advice;
    if (left <= 0) stop(box);
  }

  function stop(box) {
    const take = takes.get(box);
    if (take?.recorder.state === "recording") take.recorder.stop();
  }

  function release(take) {
    clearInterval(take.timer);
    take.stream.getTracks().forEach((track) => track.stop());
    take.context?.close();
    take.lock?.release();
  }

  function finish(box, take) {
    release(take);
    box.classList.remove("enough");
    delete box.dataset.level;
    const type = (take.recorder.mimeType || "audio/webm").split(";")[0];
    take.file = new File(take.chunks, `recording.${{ "audio/mp4": "m4a", "audio/ogg": "ogg" }[type] || "webm"}`, { type });
    take.address = URL.createObjectURL(take.file);
    const audio = find(box, "audio");
    const range = find(box, "seek");
    audio.src = take.address;
    range.max = take.seconds.toFixed(1);
    find(box, "take-wave").setAttribute("d", draw(take.levels));
    box.querySelector(".wave.played")?.remove();
    window.voiceclone.player.show(box.querySelector("[data-player]"), 0);
    Object.assign(find(box, "save"), { href: take.address, download: take.file.name });
    const short = take.seconds < setting(box, "min");
    find(box, "take-hint").textContent = short ? say("This is shorter than {least} seconds, too short to clone. Record again.", { least: setting(box, "min") }) : take.seconds < setting(box, "good") ? say("This works, but {good} seconds or more is better.", { good: setting(box, "good") }) : say("Listen once: is it only you, and clear?");
    state(box, "taken");
    for (const use of box.querySelectorAll("[data-on=taken] [data-use]")) use.disabled = short;
    box.querySelector(short ? "[data-again]" : "[data-on=taken] [data-use]").focus();
  }

  function draw(levels, bars = 96) {  // the same drawing as {% waveform %}
    let path = "";
    for (let bar = 0; bar < bars; bar += 1) {
      const start = Math.floor((bar * levels.length) / bars);
      const reach = Math.max(0.3, Math.max(...levels.slice(start, Math.max(start + 1, Math.floor(((bar + 1) * levels.length) / bars))), 0) / 5);
      path += `M${4 * bar + 2} ${(22 - reach).toFixed(1)}v${(2 * reach).toFixed(1)}`;
    }
    return path;
  }

  const inputFor = (box) => {
    const wanted = `input[type=file][name=${box.dataset.input}]`;
    return (box.closest("form") || document).querySelector(wanted) || document.querySelector(wanted);
  };
  function use(box) {
    const input = inputFor(box);
    const take = takes.get(box);
    if (!input || !take?.file) return;
    const files = new DataTransfer();
    files.items.add(take.file);
    input.files = files.files;
    state(box, window.htmx && input.matches("[hx-post], [data-hx-post]") ? "sent" : "taken");
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function again(box) {
    const take = takes.get(box);
    find(box, "audio").pause();
    if (take?.address) URL.revokeObjectURL(take.address);
    takes.delete(box);
    return start(box);
  }

  const script = (box) => box.querySelector("[data-script]:not([hidden])");
  // a text that ends with the sentence of consent: another voice ID has another sentence
  function consent() {
    const sentence = document.querySelector("[data-recorder][data-input=reading_file] [data-script]");
    for (const end of sentence ? document.querySelectorAll("[data-consent-sentence]") : []) end.replaceChildren(...sentence.cloneNode(true).childNodes);
  }
  document.addEventListener("htmx:afterSettle", consent);
  consent();
  const FASTEST = 3.6;  // words a second: whoever took less time has not read all of it

  // the text that was read is compared with the sample, unless the person has written another one there
  function compare(form, box) {
    const field = form.querySelector?.("textarea[name=text_validation]");
    if (!field || (field.value && field.value !== field.dataset.filled)) return;
    const text = box ? script(box) : null;
    const words = text?.textContent.trim() || "";
    const read = text?.lang === "en" && takes.get(box).seconds * FASTEST >= words.split(/\s+/).length;
    field.value = field.dataset.filled = read ? words : "";
    if (read) window.voiceclone.toast(said(box, "prefilled"), "ok");
  }

  // what goes with a file: the script that was on screen, where the file is a take
  document.addEventListener("change", (event) => {
    const input = event.target;
    const file = input.matches("input[type=file][name=file]") && input.files[0];
    if (!file) return;
    const form = input.closest("form") || document;
    const [words, source] = ["script", "source"].map((name) => form.querySelector(`[data-${name}-field]`));
    const box = [...document.querySelectorAll("[data-recorder][data-input=file]")].find((one) => takes.get(one)?.file?.lastModified === file.lastModified);
    if (words) words.value = box ? script(box).textContent.trim() : "";
    if (source) source.value = box ? "recording" : "upload";
    compare(form, box);
  }, true);

  // a take is never lost: whatever goes wrong with its upload, it stays here
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      for (const box of document.querySelectorAll("[data-recorder][data-state=sent]")) if (inputFor(box) === event.detail.elt || event.detail.elt.contains(box)) state(box, "failed");
    });
  }
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    for (const box of event.target.querySelectorAll?.("[data-recorder]") || []) {
      const take = takes.get(box);
      if (take?.recorder.state === "recording") { take.recorder.stop(); release(take); }
    }
  });
  let leaving = false;
  document.addEventListener("submit", (event) => { leaving = !event.defaultPrevented && event.target.enctype === "multipart/form-data"; });
  addEventListener("beforeunload", (event) => { if (!leaving && document.querySelector("[data-recorder]:is([data-state=recording], [data-state=taken], [data-state=failed])")) event.preventDefault(); });

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-recorder]");
    if (!box) return;
    if (event.target.closest("[data-record]")) { if (box.dataset.state === "recording") stop(box); else if (box.dataset.state === "counting") state(box, "idle"); else if (box.dataset.state !== "asking") start(box); }
    if (event.target.closest("[data-again]")) again(box);
    if (event.target.closest("[data-use]")) use(box);
    if (event.target.closest("[data-other-script]")) {
      const texts = [...box.querySelectorAll("[data-script]")];
      const next = (texts.findIndex((text) => !text.hidden) + 1) % texts.length;
      show(box, next);
    }
  });
  function show(box, number) {
    [...box.querySelectorAll("[data-script]")].forEach((text, place) => { text.hidden = place !== number; });
    const choice = find(box, "script-choice");
    if (choice) choice.value = number;
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-script-choice]")) show(event.target.closest("[data-recorder]"), Number(event.target.value));
  });
  document.addEventListener("keydown", (event) => {  // Space starts and stops wherever the focus is inside, except on another control
    const box = event.key === " " && event.target.closest?.("[data-recorder]");
    if (!box || event.repeat || event.target.matches("button, a, input, select, audio")) return;
    event.preventDefault();
    if (box.dataset.state === "recording") stop(box); else if (box.dataset.state === "counting") state(box, "idle"); else if (["idle", "error"].includes(box.dataset.state)) start(box);
  });
})();
