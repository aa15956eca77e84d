// Copy buttons, the filter of the list, and the mark of where the reader is.
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.closest("figure").querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
}

const filter = document.getElementById("filter");
const links = [...document.querySelectorAll("nav .list a")];
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const link of links) link.hidden = !link.textContent.toLowerCase().includes(wanted);
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== filter) {
    event.preventDefault();
    filter.focus();
  }
});

const byTarget = new Map(links.map((link) => [link.getAttribute("href").slice(1), link]));
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || !byTarget.has(entry.target.id)) continue;
      for (const link of links) link.removeAttribute("aria-current");
      byTarget.get(entry.target.id).setAttribute("aria-current", "true");
    }
  },
  { rootMargin: "-10% 0px -80% 0px" },
);
for (const id of byTarget.keys()) {
  const target = document.getElementById(id);
  if (target) observer.observe(target);
}
