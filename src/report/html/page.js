'use strict';
(() => {
  const form = document.querySelector('form');
  const path = form.elements.path;
  const said = document.getElementById('shown');
  const all = [...document.querySelectorAll('article')];

  function filter() {
    const on = new Set([...form.querySelectorAll('input[type=checkbox]:checked')].map((box) => box.value));
    const wanted = path.value.toLowerCase();
    let shown = 0;
    for (const one of all) {
      const fits = on.has(one.dataset.severity) && (on.has('allowed') || !one.classList.contains('allowed'));
      one.hidden = !(fits && one.dataset.path.toLowerCase().includes(wanted));
      shown += one.hidden ? 0 : 1;
    }
    said.textContent = `${shown} of ${all.length} shown`;
  }

  function step(by) {
    const open = all.filter((one) => !one.hidden);
    const at = open.indexOf(document.activeElement);
    const next = open[at < 0 ? (by > 0 ? 0 : open.length - 1) : at + by];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    }
  }

  form.hidden = false;
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.target === path) {
      if (event.key === 'Escape') {
        path.value = '';
        filter();
        path.blur();
      }
      return;
    }
    if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === '/') path.focus();
    else return;
    event.preventDefault();
  });
  filter();
})();
