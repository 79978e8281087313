// Drop a file on the card, or paste one anywhere on the page: both end in the same <input type="file">.
(() => {
  "use strict";
  const zones = () => document.querySelectorAll("[data-dropzone]");
  const zoneAt = (event) => event.target.closest?.("[data-dropzone]");
  const hasFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

  function give(input, file) {
    if (!/^(audio|video)\//.test(file.type) && !/\.(wav|mp3|m4a|flac|ogg|opus|webm|mp4|aac)$/i.test(file.name)) {
      window.voiceclone.toast(window.voiceclone.say("That is not a sound file. WAV, MP3, M4A, FLAC, OGG, WebM and MP4 work."), "err");
      return;
    }
    const box = new DataTransfer();
    box.items.add(file);
    input.files = box.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("dragover", (event) => {
    if (!hasFile(event) || !zones().length) return;
    event.preventDefault();  // a file that misses the zone must not replace the page
    for (const zone of zones()) zone.classList.toggle("over", zone === zoneAt(event));
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) for (const zone of zones()) zone.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event) || !zones().length) return;
    event.preventDefault();
    for (const zone of zones()) zone.classList.remove("over");
    const input = (zoneAt(event) || zones()[0]).querySelector("input[type=file]");
    if (event.dataTransfer.files[0]) give(input, event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])][0];
    const input = file && zones()[0]?.querySelector("input[type=file]");
    if (!input) return;
    event.preventDefault();
    give(input, file);
  });
  document.addEventListener("change", (event) => {  // a file that is too large need not travel to be refused
    const file = event.target.files?.[0];
    const limit = Number(event.target.dataset?.maxBytes);
    if (!file || !limit || file.size <= limit) return;
    event.stopImmediatePropagation();
    event.target.value = "";
    const megabytes = (bytes) => (bytes / 1048576).toFixed(1).replace(".0", "");
    const line = document.createElement("p");
    line.className = "errors";
    line.setAttribute("role", "alert");
    line.textContent = window.voiceclone.say("The file is {found}; the limit is {limit}.", { found: `${megabytes(file.size)} MB`, limit: `${megabytes(limit)} MB` });
    document.getElementById("file-errors").replaceChildren(line);
  }, true);
  document.addEventListener("change", (event) => {  // without an upload at once, say at least which file it is
    const name = event.target.files?.[0]?.name;
    const shown = zoneAt(event)?.querySelector("[data-file-name]");
    if (name && shown) shown.textContent = name;
  });
})();
