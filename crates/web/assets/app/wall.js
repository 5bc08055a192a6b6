// The wall follows by itself: when the stream says that something has changed, its piece is asked for again. What does not fit is counted, not scrolled.
(() => {
  const box = document.getElementById("wall"), link = document.getElementById("wall-link");
  if (!box) return;
  document.documentElement.classList.add("wall-follows");
  const fit = () => {
    const tiles = document.getElementById("wall-tiles"), more = document.getElementById("wall-more");
    if (!tiles || !more) return;
    const bottom = tiles.getBoundingClientRect().bottom + 1;
    const seen = [...tiles.children].filter((tile) => tile.getBoundingClientRect().bottom <= bottom).length;
    const rest = Number(more.dataset.posts) - seen;
    more.textContent = rest > 0 && getComputedStyle(tiles).overflowY === "hidden" ? `另有 ${rest} 个状态较轻的岗位未显示` : "";
    // Nothing that nobody sees is to be reached by the keyboard.
    for (const [index, tile] of [...tiles.children].entries()) tile.inert = getComputedStyle(tiles).overflowY === "hidden" && index >= seen;
  };
  let asking = false, again = false;
  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(box.dataset.piece, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 401) location.reload();
      else if (answer.ok) { box.innerHTML = await answer.text(); fit(); }
    } catch { link.textContent = "连接中断，正在重连"; }
    asking = false;
    if (again) { again = false; ask(); }
  };
  const source = new EventSource(box.dataset.live);
  source.addEventListener("changed", ask);
  source.onopen = () => { link.textContent = ""; };
  source.onerror = () => { link.textContent = "连接中断，正在重连"; };
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("resize", fit);
  // Devices that fall silent send nothing: their state is asked for all the same.
  setInterval(ask, 30_000);
  fit();
})();
