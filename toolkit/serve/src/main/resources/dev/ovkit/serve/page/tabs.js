// Tabs as screen readers and keyboards know them: arrows, Home and End go from one to another.
export function tabs(list, opened) {
  const all = [...list.querySelectorAll('[role=tab]')];

  function open(tab) {
    for (const one of all) {
      const chosen = one === tab;
      one.setAttribute('aria-selected', chosen);
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute('aria-controls')).hidden = !chosen;
    }
    opened(tab.id);
  }

  for (const tab of all) tab.addEventListener('click', () => open(tab));
  list.addEventListener('keydown', event => {
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const tab = all[to % all.length];
    tab.focus();
    open(tab);
  });
}
