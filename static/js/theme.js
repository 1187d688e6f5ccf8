// Loaded before the first paint, so that a chosen theme never flashes. No module: modules wait for the page.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const kept = read();
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
})();
