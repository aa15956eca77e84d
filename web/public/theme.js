// Dark or light, before anything is drawn: what this browser remembers (src/ui/remembered.ts), else what the system prefers.
const remembered = () => {
  try {
    return localStorage.getItem("studio.theme");
  } catch {
    return null; // storage is switched off
  }
};
const theme = { '"dark"': "dark", '"light"': "light" }[remembered() ?? ""];
document.documentElement.dataset.theme = theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
