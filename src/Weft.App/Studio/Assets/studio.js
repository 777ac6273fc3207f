// Keeps a page current and lets one read values off its charts. The pages work without it.
'use strict';
(() => {
  const svgName = 'http://www.w3.org/2000/svg';
  const connection = document.getElementById('connection');
  const watched = document.body.dataset.watch;

  // ---- current: fetch this page again and put the parts that differ in place
  const BETWEEN = 600;
  let fetched = 0, timer = 0, running = false, again = false;

  async function refresh() {
    if (running) { again = true; return; }
    running = true;
    fetched = performance.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      document.title = page.title;
      let missing = false;
      for (const now of document.querySelectorAll('[data-live]')) {
        const next = page.querySelector(`[data-live="${now.dataset.live}"]`);
        if (!next) missing = true;
        else if (next.innerHTML !== now.innerHTML || next.className !== now.className) replace(now, next);
      }
      if (missing) location.reload(); // another kind of page: the first run, say
    } catch { show('offline', 'studio is not answering'); }
    running = false;
    if (again) { again = false; soon(); }
  }

  function replace(now, next) {
    const ticked = new Set([...now.querySelectorAll('input:checked')].map(box => box.value));
    const scrolled = [...now.querySelectorAll('.scroll')].map(box => [box.scrollLeft, box.scrollTop]);
    const opened = [...now.querySelectorAll('details')].map(part => part.open);
    const focused = now.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
    const part = document.importNode(next, true);
    for (const box of part.querySelectorAll('input[type=checkbox]')) box.checked = ticked.has(box.value);
    now.replaceWith(part);
    part.querySelectorAll('.scroll').forEach((box, i) => { if (scrolled[i]) [box.scrollLeft, box.scrollTop] = scrolled[i]; });
    part.querySelectorAll('details').forEach((details, i) => { details.open = opened[i] ?? details.open; });
    if (focused) part.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    if (pointer && !document.contains(pointer.plot)) {
      const plot = document.elementFromPoint(pointer.x, pointer.y)?.closest('.chart-plot');
      pointer = plot ? { ...pointer, plot } : null;
      hover();
    }
  }

  function soon() {
    if (!timer) timer = setTimeout(() => { timer = 0; refresh(); }, Math.max(0, BETWEEN - (performance.now() - fetched)));
  }

  function show(kind, text) {
    connection.hidden = false;
    connection.className = 'connection ' + kind;
    connection.textContent = text;
  }

  if (watched) {
    const names = watched === '*' ? null : new Set(JSON.parse(watched));
    const live = new EventSource('/live');
    live.addEventListener('hello', () => { show('live', 'live'); soon(); });
    live.addEventListener('runs', message => { if (!names || JSON.parse(message.data).some(name => names.has(name))) soon(); });
    live.addEventListener('error', () => show('offline', 'studio is not answering'));
    addEventListener('pagehide', () => live.close());
  }

  // ---- controls: a change shows at once and stands in the address
  for (const form of document.querySelectorAll('form[data-auto]')) {
    const apply = () => {
      const output = form.querySelector('output');
      if (output) output.textContent = (form.elements.smoothing.value / 100).toFixed(2);
      const query = new URLSearchParams(new FormData(form));
      for (const hidden of document.querySelectorAll('#add input[type=hidden]'))
        if (query.has(hidden.name) && hidden.name !== 'run') hidden.value = query.get(hidden.name);
      history.replaceState(null, '', form.getAttribute('action') + '?' + query);
      refresh();
    };
    form.addEventListener('input', apply);
    form.addEventListener('submit', event => { event.preventDefault(); apply(); });
  }

  // ---- overlay: how many are ticked
  const button = document.getElementById('overlay-button');
  if (button) {
    const most = 8, hint = document.getElementById('overlay-hint'), usual = hint.textContent;
    const count = () => {
      const ticked = document.querySelectorAll('#overlay input:checked').length;
      button.disabled = ticked === 0 || ticked > most;
      hint.textContent = ticked > most ? `${ticked} ticked; at most ${most} can be shown.` : ticked ? `${ticked} ticked` : usual;
    };
    document.getElementById('overlay').addEventListener('change', count);
    addEventListener('pageshow', count);
    count();
  }

  // ---- hover: the values of all curves at the pointer
  let pointer = null;
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.append(tip);

  function nearest(places, at) {
    let low = 0, high = places.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (places[middle] < at) low = middle; else high = middle;
    }
    return places.length === 0 ? -1 : at - places[low] <= places[high] - at ? low : high;
  }

  function make(name, attributes) {
    const element = document.createElementNS(svgName, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    return element;
  }

  function hover() {
    for (const mark of document.querySelectorAll('.chart-mark')) mark.remove();
    tip.hidden = !pointer;
    if (!pointer) return;
    const svg = pointer.plot.querySelector('svg'), box = svg.getBoundingClientRect();
    const data = pointer.plot.data ??= JSON.parse(pointer.plot.dataset.hover);
    const at = Math.min(1, Math.max(0, (pointer.x - box.left) / box.width));
    const shown = data.s.map(s => ({ s, i: nearest(s.p, at) })).filter(({ s, i }) => i >= 0 && Math.abs(s.p[i] - at) < 0.12);
    tip.hidden = shown.length === 0;
    if (tip.hidden) return;
    const lead = shown.reduce((a, b) => Math.abs(b.s.p[b.i] - at) < Math.abs(a.s.p[a.i] - at) ? b : a);
    const mark = make('g', { class: 'chart-mark' });
    const place = lead.s.p[lead.i] * 100 + '%';
    mark.append(make('line', { class: 'chart-cursor', x1: place, x2: place, y1: '0', y2: '100%' }));
    const head = document.createElement('b');
    head.textContent = `${data.x} ${lead.s.t[lead.i]}`;
    tip.replaceChildren(head);
    for (const { s, i } of shown) {
      if (s.q[i] >= 0 && !s.f) mark.append(make('circle', { class: `chart-dot c${s.c}`, cx: s.p[i] * 100 + '%', cy: s.q[i] * 100 + '%', r: 3.5 }));
      const row = document.createElement('div'), name = document.createElement('span'), value = document.createElement('span');
      name.className = `chart-key c${s.c}${s.f ? ' faint' : ''}`;
      name.textContent = s.n + (s.f && shown.some(other => other.s !== s && other.s.n === s.n) ? ', as it was' : '');
      value.textContent = s.v[i];
      row.append(name, value);
      tip.append(row);
    }
    svg.append(mark);
    const x = box.left + lead.s.p[lead.i] * box.width, width = tip.offsetWidth;
    tip.style.left = Math.max(8, Math.min(innerWidth - width - 8, x + width + 24 > innerWidth ? x - width - 14 : x + 14)) + 'px';
    tip.style.top = Math.max(8, Math.min(innerHeight - tip.offsetHeight - 8, pointer.y - tip.offsetHeight / 2)) + 'px';
  }

  const follow = event => {
    const plot = event.target instanceof Element ? event.target.closest('.chart-plot') : null;
    if (!plot && !pointer) return;
    pointer = plot && plot.dataset.hover ? { plot, x: event.clientX, y: event.clientY } : null;
    hover();
  };
  addEventListener('pointermove', follow);
  addEventListener('pointerdown', follow);
  document.documentElement.addEventListener('pointerleave', () => { pointer = null; hover(); });
  addEventListener('scroll', () => { if (pointer) { pointer = null; hover(); } }, { passive: true });
})();
