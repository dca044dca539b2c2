// SPDX-License-Identifier: GPL-3.0-or-later
// What the desk's pages do beyond being pages: nothing that cannot be done without it.
'use strict';

const LIVE_MS = 3000;
const FRAME_MS = 250;
// A frame's longer side: a code that fills a third of it is read well.
const FRAME_PX = 960;

// What is sent once is not sent again by a second click, before the answer comes.
document.addEventListener('submit', event => {
  if (event.target.method !== 'post')
    return;
  if (event.target.dataset.sent)
    event.preventDefault();
  event.target.dataset.sent = 'yes';
});

// Back on a page that the browser has kept.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]'))
    delete form.dataset.sent;
});

// Alt and a key opens a part of the desk, the same in every browser.
document.addEventListener('keydown', event => {
  const target = event.altKey && !event.ctrlKey && !event.metaKey
    && [...document.querySelectorAll('[aria-keyshortcuts]')].find(item => item.getAttribute('aria-keyshortcuts') === `Alt+${event.key}`);

  if (!target)
    return;
  event.preventDefault();
  target.focus();
  if (target.matches('a, button'))
    target.click();
});

// The list of shifts stays fresh; the focus stays where it is.
function keepFresh(live, words) {
  let tag = null;

  async function look() {
    try {
      const answer = await fetch(live.dataset.live, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store' });

      if (answer.status === 401) {
        location.reload();
        return;
      }
      if (answer.headers.has('ETag'))
        tag = answer.headers.get('ETag');
      if (answer.status === 200) {
        const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;

        live.innerHTML = await answer.text();
        if (focused)
          [...live.querySelectorAll('a')].find(link => link.getAttribute('href') === focused)?.focus();
        live.dispatchEvent(new CustomEvent('fresh'));
      }
      say(answer.ok || answer.status === 304);
    } catch {
      say(false);
    }
    setTimeout(look, LIVE_MS);
  }

  // Said only when it changes, or a screen reader would never be silent.
  function say(isFresh) {
    const text = isFresh ? words.dataset.fresh : words.dataset.stale;

    if (words.textContent !== text)
      words.textContent = text;
    words.classList.toggle('stale', !isFresh);
  }

  look();
}

const live = document.getElementById('live');
if (live)
  keepFresh(live, document.getElementById('live-words'));

// Yuan and fen without floating point.
function formatFen(fen) {
  const yuan = Math.trunc(fen / 100).toString().replace(/\B(?=(\d{3})+$)/g, ',');

  return `¥${yuan}.${(fen % 100).toString().padStart(2, '0')}`;
}

// The count adds itself up; Enter goes on to the next kind, as on a till.
function addUp(form) {
  const inputs = [...form.querySelectorAll('input[data-fen]')];
  const total = form.querySelector('#total');

  function sum() {
    let fen = 0;

    for (const input of inputs) {
      const part = Number(input.dataset.fen) * (/^\d{1,6}$/.test(input.value.trim()) ? Number(input.value) : 0);

      fen += part;
      form.querySelector(`#sum-${input.dataset.fen}`).textContent = formatFen(part);
    }
    total.textContent = formatFen(fen);
  }

  form.addEventListener('input', sum);
  for (const [i, input] of inputs.entries())
    input.addEventListener('keydown', event => {
      const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];

      if (!step || (event.key === 'Enter' && i === inputs.length - 1))
        return;
      event.preventDefault();
      inputs[i + step]?.focus();
    });
  sum();
}

const count = document.getElementById('count');
if (count)
  addUp(count);

// The depot reads what the browser cannot.
async function askDepot(picture) {
  const token = document.getElementById('camera').dataset.token;
  const answer = await fetch('/desk/frame', {
    method: 'POST', headers: { 'Content-Type': picture.type, 'Doorstep-Token': token }, body: picture });

  if (!answer.ok)
    throw new Error(answer.statusText);
  return answer.status === 200 ? answer.text() : null;
}

function sendSeal(text) {
  const form = document.getElementById('seal-form');

  form.elements.text.value = text;
  form.submit();
}

// The camera: the browser reads the code where it can, else the depot reads its frames.
class Camera {
  constructor(card) {
    this.card = card;
    this.view = card.querySelector('video');
    this.words = card.querySelector('[role="status"]');
    this.canvas = document.createElement('canvas');
    card.querySelector('button').addEventListener('click', () => this.start());
  }

  say(text) {
    if (this.words.textContent !== text)
      this.words.textContent = text;
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } } });
      this.view.srcObject = this.stream;
      this.view.hidden = false;
      await this.view.play();
    } catch {
      this.say(this.card.dataset.off);
      return;
    }
    if ('BarcodeDetector' in window && (await BarcodeDetector.getSupportedFormats()).includes('qr_code'))
      this.detector = new BarcodeDetector({ formats: ['qr_code'] });
    this.say(this.card.dataset.looking);
    this.look();
  }

  async look() {
    let text = null;

    try {
      text = this.detector ? await this.detect() : await askDepot(await this.takeFrame());
      this.say(this.card.dataset.looking);
    } catch {
      this.say(this.card.dataset.away);
    }
    if (text)
      this.found(text);
    else
      setTimeout(() => this.look(), FRAME_MS);
  }

  async detect() {
    const codes = await this.detector.detect(this.view);

    return codes.map(code => code.rawValue).find(value => value.startsWith('DSS1:'));
  }

  takeFrame() {
    const scale = Math.min(1, FRAME_PX / Math.max(this.view.videoWidth, this.view.videoHeight));

    this.canvas.width = this.view.videoWidth * scale;
    this.canvas.height = this.view.videoHeight * scale;
    this.canvas.getContext('2d').drawImage(this.view, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise(resolve => this.canvas.toBlob(resolve, 'image/jpeg', 0.9));
  }

  found(text) {
    this.say(this.card.dataset.found);
    for (const track of this.stream.getTracks())
      track.stop();
    sendSeal(text);
  }
}

const card = document.getElementById('camera');
if (card && navigator.mediaDevices) {
  card.hidden = false;
  new Camera(card);
}

const picture = document.getElementById('picture');
if (picture) {
  document.getElementById('picture-card').hidden = false;
  picture.addEventListener('change', async () => {
    const words = document.getElementById('picture-words');
    let text = null;

    try {
      text = picture.files.length > 0 ? await askDepot(picture.files[0]) : null;
      words.textContent = text ? '' : picture.dataset.none;
    } catch {
      words.textContent = card.dataset.away;
    }
    if (text)
      sendSeal(text);
  });
}

// A scanner that types ends with Enter: then the seal is whole.
document.getElementById('text')?.addEventListener('keydown', event => {
  if (event.key === 'Enter') {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
