// Opens the page in a browser: `page.mjs NODE CHROMIUM PAGE`. Fails with the first thing that does not hold.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [, , modules, executablePath, page] = process.argv;
const { chromium } = createRequire(resolve(modules, 'x.js'))('playwright-core');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const tab = await browser.newPage({ colorScheme: 'dark' });
  const said = [];
  const asked = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('dialog', (dialog) => said.push('a dialog') && dialog.dismiss());
  tab.on('request', (request) => asked.push(request.url()));
  await tab.goto(`file://${resolve(page)}`);

  const shown = () => tab.locator('article:not([hidden])').count();
  const focused = () => tab.evaluate(() => document.activeElement.dataset.path);
  const all = await shown();
  assert.ok(all > 1, 'findings are visible');
  assert.equal(await tab.textContent('#shown'), `${all} of ${all} shown`);

  await tab.keyboard.press('/');
  await tab.keyboard.type('img src');
  const some = await shown();
  assert.ok(some > 0 && some < all, `the filter by path: ${some} of ${all}`);
  const place = await tab.locator('article:not([hidden]) code').first().textContent();
  assert.ok(place.startsWith('<img src=x onerror=alert(1)>.py:'), place);
  await tab.keyboard.press('Escape');
  assert.equal(await shown(), all, 'Escape empties the filter');

  await tab.keyboard.press('j');
  const first = await focused();
  await tab.keyboard.press('j');
  await tab.keyboard.press('k');
  assert.equal(await focused(), first, '`j` and `k` go on and back');
  await tab.focus('input[value=high]');
  await tab.keyboard.press('Space');
  assert.ok((await shown()) < all, 'the filter by severity');

  const markup = await tab.locator('img, b, iframe, object, link').count();
  assert.equal(markup, 0, 'what is hostile is text');
  const injected = await tab.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran === true;
  });
  assert.equal(injected, false, 'no other script runs');
  // The browser says once that it has refused the script above.
  assert.deepEqual(said.filter((text) => !text.includes('Content Security Policy')), []);
  assert.equal(asked.length, 1, `nothing is loaded: ${asked}`);

  await tab.emulateMedia({ media: 'print' });
  assert.equal(await tab.locator('form').isVisible(), false, 'print has no filter');
} finally {
  await browser.close();
}
