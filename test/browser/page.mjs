/** What a person sees on the sample app's page. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../support/typescript.mjs';

const { freePort } = await import('../../sample-app/free-port.ts');
const { holdAServer } = await import('../support/holding.ts');
const { eventually } = await import('../support/eventually.ts');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const undo = [];

export async function cleanUp() {
  for (const act of undo.reverse()) await act();
}

/** The app as `npm start` runs it; its moments made short. */
async function anApp() {
  const server = await holdAServer();
  undo.push(() => server.release());
  const port = await freePort(4100);
  const app = spawn(process.execPath, [fileURLToPath(new URL('../../dist-sample/main.js', import.meta.url))], {
    env: {
      ...process.env,
      DATABASE_URL: server.url,
      PORT: String(port),
      WELCOME_AFTER_SECONDS: '2',
      PAYMENT_RETRY_SECONDS: '0.5',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  undo.push(async () => {
    app.kill('SIGINT');
    if (app.exitCode === null && app.signalCode === null) await once(app, 'exit');
  });
  const address = `http://localhost:${port}`;
  await eventually(async () => (await fetch(address).catch(() => undefined))?.ok === true, 60_000);
  return address;
}

async function aPage(executablePath) {
  const here = fileURLToPath(new URL('.', import.meta.url));
  // Only this suite needs it: installed when it runs for the first time.
  if (!existsSync(`${here}node_modules`)) execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here });
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  undo.push(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

export function checks(chromium) {
  let page;
  const faults = [];
  const card = (topic, state) => `.column[data-state="${state}"] .card[data-topic="${topic}"]`;
  return [
    [
      'opens and says that it is connected',
      async () => {
        const address = await anApp();
        page = await aPage(chromium);
        page.on('pageerror', (error) => faults.push(error));
        page.on('console', (said) => said.type() === 'error' && faults.push(new Error(said.text())));
        await page.goto(address);
        await page.getByText('jobs in PostgreSQL, as they are at').waitFor();
      },
    ],
    [
      'shows a job that is added, and how it moves until it is completed',
      async () => {
        await page.getByLabel('Somebody signs up').fill('grace@example.org');
        await page.getByRole('button', { name: 'Sign up' }).click();
        for (const state of ['created', 'active', 'completed'])
          await page.locator(card('mail.welcome', state), { hasText: 'grace@example.org' }).waitFor();
      },
    ],
    [
      "shows a job's history: each attempt that failed, and the receipt at the end",
      async () => {
        await page.getByLabel('An order is to be paid').fill('42');
        await page.getByRole('button', { name: 'Order' }).click();
        await page.locator(card('order.pay', 'completed')).click();
        const history = page.getByRole('dialog');
        await history.getByText('attempt 2 failed: 503: the gateway does not answer').waitFor();
        await history.getByText('42 euros, receipt').waitFor();
        await page.keyboard.press('Escape');
        await history.waitFor({ state: 'hidden' });
      },
    ],
    [
      'draws what happened, and cancels a job by hand',
      async () => {
        await page.locator('#chart rect[data-state="completed"]').first().waitFor({ state: 'attached' });
        await page.locator('#chart rect[data-state="retried"]').first().waitFor({ state: 'attached' });
        await page.locator(card('report', 'created')).click();
        await page.getByRole('button', { name: 'cancel' }).click();
        await page.keyboard.press('Escape');
        await page.locator(card('report', 'cancelled')).waitFor();
      },
    ],
    ['does all that without an error of the page', async () => assert.deepEqual(faults, [])],
  ];
}
