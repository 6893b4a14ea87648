
"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const findings = [...document.querySelectorAll("article.finding")];
  const texts = new Map(findings.map((f) => {
    const file = f.closest(".file").querySelector("h3").textContent;
    return [f, (file + " " + f.textContent).toLowerCase()];
  }));
  const apply = () => {
    const severities = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const rule = form.elements.rule.value;
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const fits = severities.has(finding.dataset.severity) && (!rule || finding.dataset.rule === rule)
        && words.every((word) => texts.get(finding).includes(word));
      finding.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const file of document.querySelectorAll("section.file")) {
      file.hidden = !file.querySelector("article.finding:not([hidden])");
    }
    document.getElementById("nothing").hidden = shown > 0;
    document.getElementById("shown").value = shown === findings.length
      ? `${shown} findings` : `${shown} of ${findings.length} findings`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();

  // A link to what is folded or filtered away opens it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    const hidden = target.closest("[hidden]");
    if (hidden && target.closest(".file")) { form.reset(); apply(); }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
