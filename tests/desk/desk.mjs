// SPDX-License-Identifier: GPL-3.0-or-later
// A clerk's evening at the settlement desk, in a real browser and by the keyboard alone: signs in, sees the shift come home,
// shows the seal to the camera, counts blind, decides what is missing, saves the files; then the same desk in Chinese, for an
// auditor, in the dark, on a tablet and on paper.
//   node desk.mjs COMPANY INSPECT PACKAGES PICTURES
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, mkdtempSync, rmSync, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';

const [company, inspect, packages, pictures] = process.argv.slice(2);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const LIMIT_MS = 60000;
// Of a long page, what is seen of it.
const MAX_PICTURE_PX = 1600;
// Of a large station, a shift whose cash is to be counted.
const WAITING = '0000018a-0000-7000-8000-000000000000';

if (!chromium) {
  console.log('There is no Chromium on this machine: sh data/setup.sh --desk');
  process.exit(77);
}
const { default: puppeteer } = await import(
  pathToFileURL(join(packages, 'node_modules/puppeteer-core/lib/puppeteer/puppeteer-core.js')).href);

const work = mkdtempSync(join(tmpdir(), 'doorstep-desk-'));
const film = join(work, 'seal.y4m');
mkdirSync(pictures, { recursive: true });

// The station

const station = spawn(company, { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
const words = createInterface({ input: station.stdio[3] })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await words.next()).value);
const told = await hear();

// The browser

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--ignore-certificate-errors', '--use-fake-ui-for-media-stream',
         '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`, '--lang=en'],
  acceptInsecureCerts: true,
  defaultViewport: { width: 1366, height: 768 },
});

const problems = [];

async function open(language) {
  const context = await browser.createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath: work } });
  const page = await context.newPage();

  page.setDefaultTimeout(LIMIT_MS);
  await page.setExtraHTTPHeaders({ 'Accept-Language': language });
  // What the policy forbids, or a script does wrong, shows here alone.
  page.on('pageerror', error => problems.push(`${page.url()}: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      problems.push(`${page.url()}: ${message.text()}`);
  });
  return page;
}

const axe = readFileSync(join(packages, 'node_modules/axe-core/axe.min.js'), 'utf8');

// What axe-core finds in a page: violations of WCAG 2.2 at AA, and of good practice.
async function findBarriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());

  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`);
}

let shots = 0;

// A picture, and what can be measured of it: nothing cut off at the side, everything that can be typed into has a name.
async function look(page, name) {
  const found = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    unnamed: [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
      .filter(field => field.labels.length === 0 && !field.getAttribute('aria-label')).map(field => field.outerHTML),
    headless: [...document.querySelectorAll('table')].filter(table => !table.caption || !table.querySelector('th[scope=col]')).length,
    small: [...document.querySelectorAll('main button, main .button, main input:not([type=hidden])')]
      .filter(item => item.checkVisibility() && item.getBoundingClientRect().height < 44).map(item => item.outerHTML),
    h1: document.querySelectorAll('h1').length,
  }));

  assert.deepEqual(await findBarriers(page), [], name);
  assert.deepEqual(found, { ...found, unnamed: [], headless: 0, small: [], h1: 1 }, name);
  assert.ok(found.over <= 0, `${name} is ${found.over} px too wide`);
  await page.screenshot({
    path: join(pictures, `${String(++shots).padStart(3, '0')}-${name}.png`), captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: found.width, height: Math.min(found.height, MAX_PICTURE_PX) } });
}

// The keyboard

const text = page => page.evaluate(() => document.body.innerText);

async function goes(page, act) {
  await Promise.all([page.waitForNavigation(), act()]);
}

// Presses Tab until what matches has the focus, as somebody without a mouse does.
async function tabTo(page, selector) {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate(wanted => document.activeElement.matches(wanted), selector))
      return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the Tab key does not come to ${selector}`);
}

// What a page gives the focus to by itself, it does so a moment after it has come.
const focusOn = (page, selector) => page.waitForFunction(wanted => document.activeElement.matches(wanted), {}, selector);

const enter = page => goes(page, () => page.keyboard.press('Enter'));

async function press(page, selector) {
  await tabTo(page, selector);
  await enter(page);
}

async function pressAlt(page, key) {
  await page.keyboard.down('Alt');
  await page.keyboard.press(key);
  await page.keyboard.up('Alt');
}

const goTo = (page, key) => goes(page, () => pressAlt(page, key));

async function signIn(page, account, password) {
  await page.goto(`${told.desk}sign-in`);
  await focusOn(page, '#account');
  await page.keyboard.type(account);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await enter(page);
}

// Saves a file by its link. Returns what was saved.
async function save(page, selector) {
  const session = await browser.target().createCDPSession();
  const name = new Promise(resolve => session.on('Browser.downloadWillBegin', event => resolve(event.suggestedFilename)));
  const done = new Promise(resolve => session.on('Browser.downloadProgress', event => {
    if (event.state === 'completed')
      resolve();
  }));

  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow', downloadPath: work, eventsEnabled: true,
    browserContextId: page.browserContext().id });
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
  const path = join(work, await name);
  await done;
  await session.detach();
  return path;
}

// The evening

async function clerk(page) {
  await signIn(page, told.account, 'a wrong one');
  assert.match(await text(page), /number or the password is wrong/);
  await look(page, 'sign-in-wrong');
  await signIn(page, told.account, told.first);
  await tabTo(page, '#old');
  await page.keyboard.type(told.first);
  for (const field of ['#new', '#again']) {
    await tabTo(page, field);
    await page.keyboard.type(told.password);
  }
  await look(page, 'password');
  await enter(page);
  await look(page, 'shifts');

  // The shift comes home while the clerk looks on.
  station.stdin.write(`close ${film}\n`);
  const { seal } = await hear();
  await page.waitForFunction(() => document.querySelector('#live').innerText.includes('Cash to be counted'));
  assert.doesNotMatch(await text(page), /123\.50/);
  await look(page, 'shifts-closed');

  await goTo(page, '3');
  await look(page, 'seal');
  await tabTo(page, '#camera-on');
  await goes(page, () => page.keyboard.press('Enter'));
  assert.match(await text(page), /has its whole journal/);
  assert.doesNotMatch(await text(page), /123\.50|323\.50/);
  await look(page, 'seal-holds');

  await focusOn(page, 'a[href$="/count"]');
  await enter(page);
  await focusOn(page, '#n-10000');
  for (const pieces of ['3', '', '1', '', '', '1', '1'])  {
    await page.keyboard.type(pieces);
    await page.keyboard.press('Enter');
  }
  assert.equal(await page.$eval('#total', total => total.textContent), '¥321.50');
  await look(page, 'count');
  await press(page, '#count button');
  assert.match(await text(page), /You have signed for the cash/);
  assert.match(await text(page), /−¥2\.00/);
  await look(page, 'shift');

  const csv = readFileSync(await save(page, 'a[href$="/csv"]'), 'utf8');
  assert.ok(csv.startsWith('\ufeff') && csv.includes('123.50'));
  assert.equal(readFileSync(await save(page, 'a[href$="/pdf"]')).subarray(0, 5).toString(), '%PDF-');

  await press(page, 'main a[href^="/desk/case/"]');
  await tabTo(page, '#reason');
  await page.keyboard.type('he pays on Friday');
  await look(page, 'case');
  await press(page, 'button[value="charge"]');
  assert.match(await text(page), /Decided/);
  await look(page, 'case-decided');
  await goTo(page, '2');
  await look(page, 'cases');

  // From wherever one is: a scanner that types, or a number from a customer's receipt.
  await pressAlt(page, '/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'find');
  await page.keyboard.type(seal);
  await enter(page);
  assert.match(await text(page), /has its whole journal/);
  await tabTo(page, '#find');
  await page.keyboard.type(told.payment);
  await enter(page);
  await look(page, 'payment');
  const packet = await save(page, 'a[href$="/packet"]');
  const report = spawnSync(inspect, ['packet', packet], { encoding: 'utf8' });
  assert.equal(report.status, 0, report.stdout + report.stderr);

  await goTo(page, '5');
  await tabTo(page, '#bag');
  await page.keyboard.type('BAG-7');
  await tabTo(page, '#amount');
  await page.keyboard.type('300');
  await enter(page);
  await look(page, 'tills');
  await goTo(page, '7');
  assert.match(await text(page), /he pays on Friday/);
  await look(page, 'record');
  await press(page, 'button[aria-keyshortcuts="Alt+0"]');
  assert.match(page.url(), /sign-in$/);
}

async function auditor(page) {
  await signIn(page, 'audit', told.password);
  assert.match(await text(page), /班次/);
  await look(page, 'zh-shifts');
  await page.goto(`${told.desk}shift/${told.shift}`);
  assert.match(await text(page), /对账单/);
  assert.equal(await page.$('button[value="charge"]'), null);
  await look(page, 'zh-shift');
  for (const part of ['cases', 'case/1', 'couriers', 'cash', 'seal', 'log', `payment/${told.payment}`]) {
    await page.goto(told.desk + part);
    // Names of people and things stay as they are; words of the desk are Chinese.
    assert.match(await page.$eval('h1', title => title.textContent), /[\u4e00-\u9fff]/);
    await look(page, `zh-${part.split('/')[0]}`);
  }

  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.goto(`${told.desk}shift/${told.shift}`);
  await look(page, 'zh-shift-dark');
  await page.emulateMediaFeatures([]);
  await page.setViewport({ width: 820, height: 1180 });
  for (const part of ['', `shift/${told.shift}`, 'cases']) {
    await page.goto(told.desk + part);
    await look(page, `zh-tablet-${part.split('/')[0] || 'shifts'}`);
  }
  await page.setViewport({ width: 794, height: 1123 });
  await page.goto(`${told.desk}shift/${told.shift}`);
  await page.emulateMediaType('print');
  assert.equal(await page.$eval('.house', house => getComputedStyle(house).display), 'block');
  assert.equal(await page.$eval('header nav', nav => getComputedStyle(nav).display), 'none');
  await page.screenshot({ path: join(pictures, 'paper.png'), fullPage: true });
  await page.emulateMediaType('screen');

  // Another language, by the keyboard.
  await page.goto(told.desk);
  await press(page, 'button[name="tag"][value="en"]');
  assert.match(await text(page), /Shifts/);
}

// Nothing of it needs a script, and nobody is lost who cannot see where the focus is.
async function mishaps(page) {
  station.stdin.write('fill\n');
  await hear();
  await page.setJavaScriptEnabled(false);
  await page.goto(`${told.desk}shift/${WAITING}/count`);
  await page.type('#account', told.account);
  await page.type('#password', told.password);
  await goes(page, () => page.click('main button'));
  assert.match(page.url(), /count$/);
  await page.type('#n-10000', '3');
  await page.goto(told.desk);
  assert.match(await text(page), /Without scripts/);
  await page.setJavaScriptEnabled(true);

  await page.goto(told.desk);
  await page.keyboard.press('Tab');
  assert.deepEqual(await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();

    return [document.activeElement.className, box.left >= 0, box.top >= 0];
  }), ['skip', true, true]);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => location.hash), '#main');
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    assert.match(await page.evaluate(() => getComputedStyle(document.activeElement).outline), / 3px$|^.* solid 3px/,
      await page.evaluate(() => document.activeElement.outerHTML));
  }

  // Half an hour later, in the middle of a count.
  await page.goto(`${told.desk}shift/${WAITING}/count`);
  await focusOn(page, '#n-10000');
  await page.keyboard.type('3');
  station.stdin.write('age\n');
  await hear();
  await press(page, '#count button');
  assert.match(await text(page), /What you counted is kept/);
  await look(page, 'count-signed-out');
  await focusOn(page, '#account');
  await page.keyboard.type(told.account);
  await tabTo(page, '#password');
  await page.keyboard.type(told.password);
  await enter(page);
  assert.match(await text(page), /not signed for yet/);
  assert.equal(await page.$eval('#total', total => total.textContent), '¥300.00');
  await look(page, 'count-kept');
}

// A large station at eight in the evening, as it looks in each language, by day and by night, on a screen, on a phone, and
// twice as large.
async function looks(page) {
  const screens = { screen: [1280, 800, 1], phone: [390, 844, 2], zoomed: [640, 400, 2] };

  await signIn(page, told.account, told.password);
  const day = await page.goto(`${told.desk}days`).then(() => page.$eval('tbody th a[href*="/day/"]', link => link.href));
  const parts = { shifts: '', waits: '?standing=waits', nobody: '?words=nobody', shift: `shift/${WAITING}`,
    payments: `shift/${WAITING}/payments?bucket=digital`, count: `shift/${WAITING}/count`, cases: 'cases', case: 'case/1', days: 'days',
    day: `day/${day.split('/').pop()}`, couriers: 'couriers', cash: 'cash', seal: 'seal', log: 'log', password: 'password' };

  for (const [tag, scheme, screen] of [['zh-CN', 'light', 'screen'], ['en', 'dark', 'screen'], ['zh-CN', 'dark', 'phone'],
    ['en', 'light', 'phone'], ['en', 'light', 'zoomed']]) {
    const [width, height, deviceScaleFactor] = screens[screen];

    await page.setViewport({ width, height, deviceScaleFactor });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(told.desk);
    if (await page.$(`button[name="tag"][value="${tag}"]`))
      await goes(page, () => page.click(`button[name="tag"][value="${tag}"]`));
    for (const [name, path] of Object.entries(parts)) {
      await page.goto(told.desk + path);
      await look(page, `${screen}-${tag}-${scheme}-${name}`);
    }
  }
}

const steps = { clerk: [clerk, 'en-GB,en'], auditor: [auditor, 'zh-CN,zh;q=0.9'], mishaps: [mishaps, 'en-GB,en'],
  looks: [looks, 'zh-CN,zh;q=0.9'] };
let n = 0;
let failed = false;

console.log('TAP version 13\n1..5');
for (const [name, [step, language]] of Object.entries(steps)) {
  const page = await open(language);

  try {
    await step(page);
    console.log(`ok ${++n} ${name}`);
  } catch (error) {
    failed = true;
    console.log(`not ok ${++n} ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}\n# at ${page.url()}`);
    await page.screenshot({ path: join(pictures, `failed-${name}.png`), fullPage: true }).catch(() => {});
  }
}
console.log(`${problems.length ? 'not ok' : 'ok'} 5 nothing was forbidden or went wrong in a script${problems.map(problem => `\n# ${problem}`).join('')}`);

await browser.close();
station.stdin.end();
await new Promise(resolve => station.on('exit', resolve));
rmSync(work, { recursive: true });
process.exit(failed || problems.length || station.exitCode ? 1 : 0);
