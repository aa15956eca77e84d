// Dark or light, before anything is drawn: what this browser remembers (src/ui/remembered.ts), else what the system prefers.
let theme = null;
try {
  theme = JSON.parse(localStorage.getItem("studio.theme") ?? "null");
} catch {
  // Storage is switched off, or holds something else.
}
if (theme !== "dark" && theme !== "light") theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
document.documentElement.dataset.theme = theme;
