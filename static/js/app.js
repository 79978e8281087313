// What every page needs: toasts, dialogs, menus, copy, counters, upload progress, a lost connection, polling that rests.
// Everything listens on the document, so whatever htmx swaps in works at once.
// Words: say("Pause {what}", { what }) looks the English text up in words.LANGUAGE.js, which `manage.py languages` makes.
(() => {
  "use strict";
  const say = (text, values = {}) => (window.voiceclone?.words?.[text] || text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value) => value.toLocaleString(document.documentElement.lang, { useGrouping: "always" });
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function icon(name, size = 18) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    for (const [key, value] of Object.entries({ class: "icon", width: size, height: size, "aria-hidden": "true" })) svg.setAttribute(key, value);
    use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  }

  // --- toasts -----------------------------------------------------------------------------------------------------
  const ICONS = { ok: "check", warn: "warn", err: "error" };
  function toast(message, kind = "") {
    if (all("#toasts .toast").some((shown) => shown.textContent === message)) return;
    const box = document.createElement("div");
    const text = document.createElement("span");
    const close = document.createElement("button");
    box.className = `toast ${kind}`;
    text.textContent = message;
    close.className = "icon-button";
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", say("Close"));
    close.append(icon("close", 16));
    box.append(icon(ICONS[kind] || "info"), text, close);
    $("#toasts").append(box);
    expire(box);
  }
  function expire(box) {  // an error stays until it is closed; nothing vanishes under the pointer or the focus
    if (box.classList.contains("err")) return;
    setTimeout(() => (box.matches(":hover, :focus-within") ? expire(box) : box.remove()), 7000);
  }
  window.voiceclone = Object.assign(window.voiceclone || {}, { say, toast, icon });
  all("#toasts .toast").forEach(expire);
  // the server says HX-Trigger: {"vc:error": {"message": "…"}} or {"vc:toast": {"message": "…", "kind": "ok"}}
  document.addEventListener("vc:error", (event) => toast(event.detail.message || event.detail.value, "err"));
  document.addEventListener("vc:toast", (event) => toast(event.detail.message || event.detail.value, event.detail.kind || "ok"));

  // --- Back twice: htmx fetches what each step shows, and the slower answer must not win over the later step -------------------
  let restoring;
  document.addEventListener("htmx:historyCacheMiss", ({ detail }) => { restoring?.abort(); restoring = detail.xhr; });

  // --- clicks: dialogs, copy, dismiss, menus, retry --------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const target = event.target;
    const opener = target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
    }
    if (target.closest("[data-close]") || target.matches("dialog[open]")) target.closest("dialog")?.close();
    target.closest("[data-dismiss]")?.closest("[data-toast], .toast")?.remove();
    const copied = target.closest("[data-copy]");
    if (copied) copy(copied);
    for (const menu of all("details.menu[open]")) if (!menu.contains(target) || target.closest(".items :is(a, button)")) menu.open = false;
    if (target.closest("[data-back]")) { event.preventDefault(); history.back(); }
    if (target.closest("[data-retry]")) retry();
    const again = target.closest("[data-upload-retry]");
    if (again) $("input[type=file]", again.closest("form, .card"))?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
  });

  async function copy(button) {
    const text = button.dataset.copy || document.getElementById(button.dataset.copyFrom)?.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // no clipboard outside HTTPS and localhost: the old way
      const box = document.createElement("textarea");
      box.value = text;
      (button.closest("dialog") || document.body).append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      button.focus();
    }
    toast(say("Copied"), "ok");
  }

  // --- while typing: counters, sliders ------------------------------------------------------------------------------------
  // <textarea data-counter="id of an element" maxlength="2000">, <input type="range" data-output="id">
  function count(field) {
    const shown = document.getElementById(field.dataset.counter);
    if (!shown) return;
    const [length, limit] = [[...field.value].length, Number(field.dataset.max || field.maxLength)];
    shown.textContent = `${number(length)} / ${number(limit)}`;
    shown.classList.toggle("over", length > limit);
  }
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset?.counter) count(field);
    const output = field.dataset?.output && document.getElementById(field.dataset.output);
    if (output) output.value = field.value;
    if (field.ariaInvalid === "true") {  // what was wrong is being put right
      field.removeAttribute("aria-invalid");
      document.getElementById(`${field.id}_error`)?.remove();
    }
  });
  document.addEventListener("change", ({ target }) => {  // <input data-price="…"> tells every [data-shows=price]
    for (const shown of all("[data-shows]")) if (shown.dataset.shows in target.dataset) shown.textContent = target.dataset[shown.dataset.shows];
  });
  const countAll = () => all("[data-counter]").forEach(count);
  countAll();

  // --- uploads: progress and failure in the card they belong to ------------------------------------------------------------
  const place = (element) => element.closest(".card") || element.closest("form") || document;
  const isUpload = (element) => element?.matches?.("input[type=file]") || Boolean(element?.matches?.("form") && $("input[type=file]", element)?.files.length);
  function upload(element, state) {
    const card = place(element);
    const box = $(".upload", card);
    const failed = $("[data-upload-failed]", card);
    if (box) box.hidden = state !== "running";
    if (failed) failed.hidden = state !== "failed";
  }
  document.addEventListener("htmx:beforeSend", (event) => {
    const element = event.detail.elt;
    if (!isUpload(element)) return;
    upload(element, "running");
    $("[data-upload-progress]", place(element))?.removeAttribute("value");
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("[data-upload-progress]", place(event.target));
    if (!bar || !event.detail.lengthComputable) return;
    const percent = Math.round((100 * event.detail.loaded) / event.detail.total);
    const text = $("[data-upload-text]", place(event.target));
    bar.max = 100;
    if (percent < 100) bar.value = percent; else bar.removeAttribute("value");
    if (text) text.textContent = percent < 100 ? say("Uploading, {percent} %", { percent }) : say("Checking your sample");
  });

  // --- answers that did not come, or said no -------------------------------------------------------------------------------
  let lost = null;
  const WORDS = {
    403: say("You may not do that, or this page is too old. Reload it and try again."),
    404: say("This is no longer there. It may have been deleted or have expired."),
    413: say("This file is too large."),
    429: say("That was a lot at once. Wait a minute, then try again."),
    507: say("This site's disk is nearly full, so nothing was done. Nothing you typed or recorded is gone: tell its admin, then try again."),
  };
  const isPoller = (element) => element?.matches?.("[data-poller]");
  function failed(event) {
    const { elt, xhr } = event.detail;
    if (isUpload(elt)) upload(elt, "failed");
    if (isPoller(elt)) setTimeout(() => poll(elt), 5000);
    if (xhr?.status) {
      const id = xhr.getResponseHeader("X-Request-ID");
      const words = WORDS[xhr.status] || say("Something went wrong on our side. Nothing you typed or recorded is gone.");
      const said = isUpload(elt) && $("[data-upload-failed]", place(elt)) && !WORDS[xhr.status];
      if (!isPoller(elt) && !said) toast(id ? `${words} (${id})` : words, "err");
      return;
    }
    lost = elt;
    $("#offline").hidden = false;
  }
  function retry() {
    const element = lost;
    $("#offline").hidden = true;
    if (!element?.isConnected) return location.reload();
    if (isPoller(element)) return poll(element);
    const form = element.closest("form");
    if (element.matches("input, select, textarea")) element.dispatchEvent(new Event("change", { bubbles: true }));
    else if (form && (element === form || element.type === "submit")) form.requestSubmit(element === form ? null : element);
    else element.click();
  }
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, failed);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.status) $("#offline").hidden = true;
    if (event.detail.successful && isUpload(event.detail.elt)) upload(event.detail.elt, "done");
  });

  // --- polling rests while nobody looks: <div data-poller hx-trigger="every 2s, vc:poll"> ------------------------------------
  const poll = (element) => { if (element.isConnected) window.htmx?.trigger(element, "vc:poll"); };
  document.addEventListener("htmx:beforeRequest", (event) => { if (document.hidden && !$("[data-playing]") && isPoller(event.detail.elt)) event.preventDefault(); });  // but a listener waits for the next sentence
  document.addEventListener("visibilitychange", () => { if (!document.hidden) all("[data-poller]").forEach(poll); });
  addEventListener("online", () => all("[data-poller]").forEach(poll));

  // --- swaps: a sign-in page never lands inside a card; the focus is never lost ------------------------------------------------
  const acted = new WeakMap();  // request → where the focus was: a button that is disabled meanwhile loses it
  const homes = new WeakMap();  // request → what the focus was in, should the swap take its place away
  let away = null;  // the same for a part of the page that was swapped out of band
  document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (!isPoller(detail.elt)) acted.set(detail.xhr, document.activeElement); });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const button = acted.get(detail.xhr);
    if (button?.matches("button, a") && button.isConnected && document.activeElement === document.body) button.focus({ preventScroll: true });
  });
  let opened = null;  // a menu that somebody reads while its row changes: it stays open
  document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
    if (target.contains(document.activeElement)) away = target;
    opened = $("details.menu[open]", target);
  });
  document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
    const menu = opened && $("details.menu", target);
    opened = null;
    if (menu) menu.open = true;
    if (menu && target === away && document.activeElement === document.body) $("summary", menu).focus({ preventScroll: true });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (/^\s*<!doctype/i.test(xhr.responseText) && target !== document.body) {
      const page = new URL(xhr.responseURL || location.href, location.href);
      event.detail.shouldSwap = false;
      if (page.pathname !== location.pathname && page.searchParams.has("next")) page.searchParams.set("next", location.pathname + location.search);
      location.assign(page);
    }
    if (target.contains(document.activeElement === document.body ? acted.get(xhr) : document.activeElement)) homes.set(xhr, target);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    countAll();
    const { target, xhr } = event.detail;
    if (target?.matches("[data-reveal]")) reveal(target);
    if (target?.closest("aside")) history.scrollRestoration = "manual";  // loaded again, the page has it first and begins there
    const home = homes.get(xhr) || away;
    const place = home?.isConnected ? home : home && event.target;  // it may be its successor that is in the page now
    if (!place?.querySelector || document.activeElement !== document.body) return;
    homes.delete(xhr);
    away = null;
    const wrong = $("[aria-invalid=true]", place) || (xhr?.status === 422 && $("main [aria-invalid=true]"));
    if (wrong) return wrong.focus();
    const spot = $("[data-focus]", place) || place;
    if (spot.tabIndex < 0) spot.tabIndex = -1;
    spot.focus({ preventScroll: true });
  });
  function reveal(box) {  // on a phone the result lies far below the button that asked for it
    const { top } = box.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) box.scrollIntoView();
  }

  // --- passkeys: what the browser says when it did not work ----------------------------------------------------------------------
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const name = event.detail.exception?.name;
    toast(
      name === "NotAllowedError" ? say("The passkey was not used: it was cancelled, or it took too long.")
        : name === "InvalidStateError" ? say("This device already has a passkey for your account.")
          : window.isSecureContext ? say("This browser could not use a passkey. Sign in with your password instead.")
            : say("Passkeys need HTTPS or localhost."),
      "err",
    );
  });
})();
