// SPDX-License-Identifier: Apache-2.0
// What the browser tests share: a headless browser, its pages with all that
// their consoles say, TAP, pictures, and two judges. For t/browser/*.js:
//
//     const { test } = require('./browser.js');
//     test(async (t, url) => {            // url: the script's first argument
//         const page = await t.page({ width: 390, height: 800 });
//         await page.goto(url);           // Playwright's page
//         t.ok(true, 'name'); t.is(got, expected, 'name');
//         await t.picture(page, 'name');  // name.png, and it is no blank
//         await t.accessible(page, 'the form');
//         await t.valid(html, 'the page');
//         t.silent(page, 'the whole visit'); // nothing on its console
//     });
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-proxy-server',
    '--disable-dev-shm-usage', '--host-resolver-rules='
    + 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'];

class Test {
    constructor(browser) {
        this.browser = browser;
        this.count = 0;
        this.failed = 0;
        this.said = new Map();
    }

    ok(good, name, detail) {
        this.count++;
        this.failed += good ? 0 : 1;
        console.log(`${good ? '' : 'not '}ok ${this.count} - ${name}`);
        if (!good && detail !== undefined) {
            console.log(String(detail).replace(/^/gm, '# '));
        }
        return Boolean(good);
    }

    is(got, expected, name) {
        const a = JSON.stringify(got);
        const b = JSON.stringify(expected);

        return this.ok(a === b, name, `got      ${a}\nexpected ${b}`);
    }

    // A page in a browser of its own: nothing is shared with other pages.
    async page(options) {
        const context = await this.browser.newContext({
            viewport: { width: 1280, height: 900 }, locale: 'en-GB',
            timezoneId: 'UTC', ...options,
            ...(options && options.width ? { viewport: {
                width: options.width, height: options.height } } : {}) });
        const page = await context.newPage();
        const said = [];

        page.setDefaultTimeout(15000);
        page.on('console', (message) => {
            if (['error', 'warning'].includes(message.type())) {
                said.push(`${message.type()}: ${message.text()}`);
            }
        });
        page.on('pageerror', (error) => said.push(`thrown: ${error}`));
        page.on('dialog', (dialog) => {
            said.push(`dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
        page.on('requestfailed', (request) => said.push(
            `failed: ${request.url()} ${request.failure().errorText}`));
        this.said.set(page, said);
        return page;
    }

    // What its console said since the last time.
    heard(page) {
        return this.said.get(page).splice(0);
    }

    silent(page, name) {
        this.is(this.heard(page), [], `nothing on the console: ${name}`);
    }

    async picture(page, name, options) {
        const file = path.join(process.env.RPC_TEST_SCREENSHOTS || '.',
            `${name}.png`);

        await page.screenshot({ path: file, ...options });
        this.ok(fs.statSync(file).size > 5000, `a picture: ${name}.png`);
    }

    // Runs a text in the page, whatever its Content-Security-Policy says.
    async inPage(page, text) {
        const client = await page.context().newCDPSession(page);
        const { result, exceptionDetails } = await client.send(
            'Runtime.evaluate', { expression: text, awaitPromise: true,
                returnByValue: true });

        await client.detach();
        if (exceptionDetails) {
            throw new Error(exceptionDetails.exception
                ? exceptionDetails.exception.description
                : exceptionDetails.text);
        }
        return result.value;
    }

    // axe-core's verdict: nothing that it calls serious or critical, and no
    // sideways scrolling.
    async accessible(page, name) {
        const source = fs.readFileSync(require.resolve('axe-core/axe.min.js'),
            'utf8');

        await this.inPage(page, `${source}; undefined`);
        const found = JSON.parse(await this.inPage(page,
            'axe.run(document).then((r) => JSON.stringify(r.violations.map('
            + '(v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map('
            + '(n) => n.html.slice(0, 200) + n.failureSummary) }))))'));
        const serious = found.filter((finding) =>
            ['serious', 'critical'].includes(finding.impact));

        this.ok(serious.length === 0, `axe-core finds nothing: ${name}`,
            JSON.stringify(serious, null, 1));
        for (const finding of found.filter((f) => !serious.includes(f))) {
            console.log(`# ${name}: ${finding.impact}: ${finding.id}`);
        }
        const width = await this.inPage(page, '[document.documentElement'
            + '.scrollWidth, document.documentElement.clientWidth].join()');
        const [all, seen] = width.split(',').map(Number);
        this.ok(all <= seen, `no sideways scrolling: ${name}`, width);
    }

    // html-validate's verdict on a document's text.
    async valid(html, name) {
        const { HtmlValidate, StaticConfigLoader } = require('html-validate');
        const judge = new HtmlValidate(new StaticConfigLoader({
            extends: ['html-validate:standard', 'html-validate:a11y'] }));
        const report = await judge.validateString(html);
        const found = report.results.flatMap((result) => result.messages)
            .map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);

        this.ok(report.valid && found.length === 0,
            `html-validate finds nothing: ${name}`, found.join('\n'));
    }
}

exports.test = async function (script) {
    const browser = await chromium.launch({ headless: true, args: FLAGS,
        executablePath: process.env.RPC_TEST_BROWSER
            || '/usr/bin/chromium' });
    const t = new Test(browser);

    try {
        await script(t, ...process.argv.slice(2));
    } catch (error) {
        t.ok(false, 'the script ran to its end', error.stack);
    }
    await browser.close();
    console.log(`1..${t.count}`);
    process.exitCode = t.failed ? 1 : 0;
};
