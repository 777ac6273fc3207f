// Keys and buttons of a review of labels. Each decision is on the disk before the next page is shown.
'use strict';
(() => {
  const review = document.querySelector('.review');
  const answer = document.getElementById('review-answer');
  const isGrid = review.dataset.view === 'grid';
  const cards = [...document.querySelectorAll('.review-grid [data-at]')];
  let busy = false;

  function place() {
    return (document.activeElement.closest('.review-grid [data-at]') ?? review).dataset.at;
  }

  async function decide(to) {
    if (busy) return;
    busy = true;
    const address = `/review/decide?at=${place()}&to=${to}${isGrid ? '&view=grid' : ''}`;
    try {
      const said = await fetch(address, { method: 'POST', headers: { 'X-Weft-Token': review.dataset.token } });
      const text = await said.text();
      if (said.ok) {
        location.assign(text);
        return;
      }
      answer.textContent = 'Nothing was written: ' + text;
    } catch { answer.textContent = 'Nothing was written: the command that showed this page has ended. Start it again and go on.'; }
    busy = false;
  }

  function move(step) {
    const now = cards.indexOf(document.activeElement.closest('[data-at]'));
    cards[Math.min(cards.length - 1, Math.max(0, now + step))]?.focus();
  }

  document.addEventListener('click', event => {
    const button = event.target.closest('button[data-to]');
    if (button) decide(button.dataset.to);
  });
  // A click on a button of the grid is about the card that was chosen before.
  document.addEventListener('mousedown', event => { if (isGrid && event.target.closest('button[data-to]')) event.preventDefault(); });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const across = cards.length ? cards.findIndex(card => card.offsetTop !== cards[0].offsetTop) : 0;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(across > 0 ? across : cards.length), ArrowDown: across > 0 ? across : cards.length };
    if (isGrid && event.key in steps) { move(steps[event.key]); event.preventDefault(); return; }
    const target = [...document.querySelectorAll('[data-key]')].find(one => one.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    if (target.dataset.to) decide(target.dataset.to);
    else location.assign(target.href);
  });
  if (isGrid) document.getElementById('item-' + review.dataset.at)?.focus();
  review.dataset.ready = '';
})();
