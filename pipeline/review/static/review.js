// Keys, zoom and what a form has changed. Every page works without it.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const KEYS_OFF = "hoso-keys-off";
  const box = $("keys-on");
  box.checked = localStorage.getItem(KEYS_OFF) !== "1";
  box.addEventListener("change", () => localStorage.setItem(KEYS_OFF, box.checked ? "0" : "1"));

  const form = $("row");
  const edited = () => form && [...form.querySelectorAll("[data-was]")].filter((e) => e.value !== e.dataset.was);
  if (form) {
    const label = $("keep").querySelector("span");
    const accept = label.textContent;
    const show = () => {
      const changed = edited();
      for (const field of form.querySelectorAll("[data-was]")) field.classList.toggle("edited", changed.includes(field));
      label.textContent = changed.length ? $("keep").dataset.save : accept;
    };
    // eleven digits in a row cannot be compared with the print at a glance
    const group = ({ target: field }) => {
      if (!field.classList.contains("whole")) return;
      const digits = field.value.replace(/[.\s]/g, "");
      $(field.id.replace("c_", "g_")).textContent = /^\d{5,40}$/.test(digits) ? digits.replace(/\B(?=(\d{3})+$)/g, ".") : "";
    };
    form.addEventListener("input", show);
    form.addEventListener("input", group);
    show();
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  // the next page is drawn while this one is looked at
  const next = $("next");
  if (next && next.dataset.image) window.addEventListener("load", () => { new Image().src = next.dataset.image; });

  const zoomed = $("zoomed");
  if (zoomed) {
    const near = zoomed.getAttribute("viewBox");
    const [x, y, w, h] = near.split(" ").map(Number);
    const nearer = [x + w / 4, y + h / 4, w / 2, h / 2].join(" ");
    const steps = [near, nearer, zoomed.dataset.whole];
    let at = 0;
    $("zoom-more").addEventListener("click", () => {
      at = (at + 1) % steps.length;
      zoomed.setAttribute("viewBox", steps[at]);
      zoomed.classList.toggle("more", at === 2);
      $("zoom-more").setAttribute("aria-pressed", String(at > 0));
    });
    const image = zoomed.querySelector("image");
    const address = image.getAttribute("href");
    image.addEventListener("error", async () => {
      $("no-image").hidden = false;
      $("page-text").open = true;
      const answer = await fetch(address);
      if (!answer.ok) $("no-image-why").textContent = await answer.text();
    });
  }

  const rows = [...document.querySelectorAll("a.row")];
  const step = (by) => {
    const at = rows.indexOf(document.activeElement);
    const to = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (to) to.focus();
  };
  const press = (id) => { const found = $(id); if (found) found.click(); return Boolean(found); };
  const actions = {
    a: () => press("keep"),
    r: () => press("reject"),
    u: () => press("undo"),
    d: () => press("next-page"),
    z: () => press("zoom-more"),
    q: () => { document.querySelector("header nav a:nth-child(2)").click(); },
    j: () => press("next") || step(1),
    k: () => press("previous") || step(-1),
    m: () => $("why") && $("why").focus(),
    e: () => {
      const field = form && (form.querySelector("input.number") || form.querySelector(".fields input"));
      if (field) { field.focus(); if (field.select) field.select(); }
    },
    "?": () => { $("keys").open = !$("keys").open; $("keys").scrollIntoView({ block: "nearest" }); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (event.key === "Escape" && typing) { typing.blur(); return; }
    if (typing || !box.checked || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
})();
