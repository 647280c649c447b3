// SPDX-License-Identifier: Apache-2.0
// Visits the documentation page: its search, its forms by each protocol, its
// copy buttons, by keyboard, without JavaScript, with hostile texts, on a
// phone and on a wide screen.
// usage: docs_page.js URL
'use strict';
const { test } = require('./browser.js');

const PROTOCOLS = {
    jsonrpc: ['application/json', '"method":"add"', /"result":\s*5\b/],
    xmlrpc: ['text/xml', '<methodName>add</methodName>', />5</],
    pyrpc: ['application/x-www-form-urlencoded', 'request=execute&data=add(',
        /\{'res': 'response', 'data': '5'\}/],
};

const form = (page, method) =>
    page.locator(`form.call[data-method="${method}"]`);
const field = (page, method, name) =>
    form(page, method).locator(`[name="${name}"]`);
const said = (page, method, part) =>
    form(page, method).locator(`.outcome .${part}`);
const focused = (page) => page.evaluate(() => document.activeElement.id);
const articles = (page) => page.locator('.method:visible').count();

// Waits for what comes after "Calling …".
async function answered(page, method) {
    await said(page, method, 'verdict.good').or(
        said(page, method, 'verdict.bad')).waitFor();
    return said(page, method, 'verdict').textContent();
}

async function add(page, x, y) {
    await field(page, 'add', 'x').fill(x);
    await field(page, 'add', 'y').fill(y);
    await form(page, 'add').getByRole('button').click();
    return answered(page, 'add');
}

async function search(t, url) {
    const page = await t.page();

    await page.goto(`${url}/rpc`);
    const box = page.getByRole('searchbox', { name: 'Search the methods' });
    const count = page.locator('#search-count');
    const all = await articles(page);

    t.ok(all > 20, 'every method is shown');
    t.is(await count.textContent(), `${all} methods`, 'and counted');
    t.is(await page.locator('.toc-method:visible').count(), all,
        'each is in the contents');
    let before = all;

    for (const letter of 'multi') {
        await box.press(letter);
        const shown = await articles(page);

        t.is(await count.textContent(), `${shown} of ${all} methods`,
            `"${await box.inputValue()}" says how many are left`);
        t.ok(shown <= before && shown > 0, 'and leaves no more than before');
        before = shown;
    }
    t.ok(before < all, 'the search filters as one types');
    t.ok(await page.locator('[id="method-multiply"]').isVisible()
        && !await page.locator('[id="method-add"]').isVisible(),
    'what fits stays, what does not goes');
    t.is(await page.locator('.toc-method:visible').count(), before,
        'the contents follow');
    await box.fill('MULTIPLY number');
    t.ok(await page.locator('[id="method-multiply"]').isVisible(),
        'two words in any letters');
    await box.fill('<script> no such');
    t.ok(await page.getByText('No method matches.').isVisible(),
        'nothing found, and it says so');
    t.is(await count.textContent(), `0 of ${all} methods`, 'none of all');
    await box.press('Escape');
    t.is([await articles(page), await count.textContent()],
        [all, `${all} methods`], 'Escape shows all again');
    await box.fill('multiply');
    await page.evaluate(() => {
        location.hash = '#method-add';
    });
    await page.locator('[id="method-add"]').waitFor();
    t.is(await box.inputValue(), '', 'a link to a hidden method ends it');
    t.silent(page, 'searching');
}

async function calls(t, url) {
    const page = await t.page();

    await page.goto(`${url}/rpc`);
    for (const [protocol, [type, sent, got]] of Object.entries(PROTOCOLS)) {
        await page.getByLabel('The forms below call by')
            .selectOption(protocol);
        const verdict = await add(page, '2', '3');

        t.ok(/^Result: 5 after \d+\.\d ms$/.test(verdict),
            `${protocol}: the result and the time taken`, verdict);
        const request = await said(page, 'add', 'request').textContent();

        t.ok(request.startsWith(`POST /rpc\nContent-Type: ${type}\n\n`)
            && decodeURIComponent(request).includes(sent),
        `${protocol}: the request`, request);
        const answer = await said(page, 'add', 'answer').textContent();

        t.ok(answer.startsWith('HTTP 200\nContent-Type: ')
            && got.test(answer), `${protocol}: the answer`, answer);

        await field(page, 'divide', 'x').fill('1');
        await field(page, 'divide', 'y').fill('0');
        await form(page, 'divide').getByRole('button').click();
        const fault = await answered(page, 'divide');

        t.ok(/^Fault -?\d+: .*zero/i.test(fault),
            `${protocol}: a fault is shown`, fault);
        t.ok(await said(page, 'divide', 'verdict.bad').isVisible(),
            `${protocol}: as what it is`);
        t.is([await page.locator('.outcome').count(),
            await form(page, 'divide').locator('.outcome').count()], [2, 1],
        `${protocol}: in its place`);
        t.ok(/^Fault /.test(await add(page, 'two', '3')),
            `${protocol}: the server says what is no number`);
    }
    t.silent(page, 'calling');
}

async function fields(t, url) {
    const page = await t.page();
    const what = '<b>"\'&</b>\u202e😀';

    await page.goto(`${url}/rpc`);
    await form(page, 'add').getByRole('button').click();
    t.is([await focused(page), await form(page, 'add').locator('.outcome')
        .count()], ['arg-add-x', 0], 'what is required is asked for');
    await field(page, 'grün/ß', 'list').fill('[1,');
    for (const [name, text] of [['who', '{"id": 1}'], ['data', 'AAE='],
        ['at', '2026-01-01T12:00:00Z']]) {
        await field(page, 'grün/ß', name).fill(text);
    }
    await form(page, 'grün/ß').getByRole('button').click();
    await form(page, 'grün/ß').getByRole('alert').waitFor();
    t.is([await focused(page), await field(page, 'grün/ß', 'list')
        .getAttribute('aria-invalid')], ['arg-grün/ß-list', 'true'],
    'what is no JSON is said at its field, which has the focus');
    await field(page, 'grün/ß', 'list').fill('[1, 2]');
    t.is(await form(page, 'grün/ß').getByRole('alert').count(), 0,
        'until it is changed');
    for (const protocol of Object.keys(PROTOCOLS)) {
        await page.locator('#protocol').selectOption(protocol);
        await field(page, 'grün/ß', 'most').fill('');
        await form(page, 'grün/ß').getByRole('button').click();
        const verdict = await answered(page, 'grün/ß');

        t.ok(verdict.length > 0, `${protocol}: every kind of field`, verdict);
        await field(page, 'html', 'a').fill(what);
        await form(page, 'html').getByRole('button').click();
        t.is((await answered(page, 'html')).replace(/ after .*/, ''),
            `Result: ${{ jsonrpc: JSON.stringify(what), xmlrpc: what,
                pyrpc: '\'<b>"\\\'&</b>\\u202e😀\'' }[protocol]}`,
            `${protocol}: a text comes back as it is written there`);
    }
    t.silent(page, 'fields');
}

// The secret goes to the server, and is nowhere to be seen.
async function secrets(t, url) {
    const page = await t.page();
    const bodies = [];

    page.on('request', (request) => bodies.push(request.postData() || ''));
    await page.goto(`${url}/rpc`);
    t.is(await field(page, 'links', 'password').getAttribute('type'),
        'password', 'a secret argument is typed unseen');
    for (const protocol of Object.keys(PROTOCOLS)) {
        await page.locator('#protocol').selectOption(protocol);
        await field(page, 'links', 'password').fill('hunter2');
        await form(page, 'links').getByRole('button').click();
        await answered(page, 'links');
        t.ok(bodies.pop().includes('hunter2'), `${protocol}: it is sent`);
        t.ok(decodeURIComponent(await said(page, 'links', 'request')
            .textContent()).includes('***'), `${protocol}: as shown, masked`);
        t.ok(!(await page.locator('body').innerText()).includes('hunter2'),
            `${protocol}: and nowhere on the page`);
    }
    t.silent(page, 'secrets');
}

async function copying(t, url) {
    const page = await t.page({ permissions: ['clipboard-read',
        'clipboard-write'] });
    const examples = page.locator('[id="method-add"] .example');

    await page.goto(`${url}/rpc`);
    await page.locator('[id="method-add"] summary').click();
    t.is(await examples.locator('figcaption').allTextContents(),
        ['curl', 'JavaScript', 'Python'], 'three examples');
    for (const language of ['curl', 'JavaScript', 'Python']) {
        const button = examples.getByRole('button',
            { name: `Copy the ${language} example` });

        await button.click();
        await button.getByText('Copied').waitFor();
        t.is(await page.evaluate(() => navigator.clipboard.readText()),
            await examples.filter({ has:
                page.getByText(language, { exact: true }) }).locator('code')
                .textContent(), `${language} is copied, and says so`);
    }
    await page.waitForFunction(() => !Array.from(document.querySelectorAll(
        '.copy')).some((button) => button.textContent !== 'Copy'));
    t.ok(true, 'and can be copied again');
    t.silent(page, 'copying');
}

// All by keys: what has the focus is pressed, nothing is clicked.
async function keyboard(t, url) {
    const page = await t.page();
    const tabTo = async (id) => {
        for (let i = 0; i < 30 && await focused(page) !== id; i++) {
            await page.keyboard.press('Tab');
        }
        return focused(page);
    };

    await page.goto(`${url}/rpc`);
    await page.keyboard.press('Tab');
    t.is(await page.evaluate(() => document.activeElement.textContent),
        'Skip to the methods', 'the first Tab offers to skip');
    t.is(await tabTo('search'), 'search', 'Tab reaches the search');
    await page.keyboard.type('add(');
    await page.keyboard.press('Escape');
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    t.is(await focused(page), 'methods', 'Enter skips to the methods');
    t.is(await tabTo('arg-add-x'), 'arg-add-x', 'Tab reaches a form');
    await page.keyboard.type('2');
    await page.keyboard.press('Tab');
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    t.ok(/^Result: 5 /.test(await answered(page, 'add')), 'Enter calls');
    t.is(await said(page, 'add', 'verdict').getAttribute('role'), 'status',
        'a screen reader is told');
    t.is(await tabTo('arg-div-x'), 'arg-div-x', 'Tab goes on from there');
    await field(page, 'html', 'a').focus();
    await page.keyboard.type('one');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    t.is(await form(page, 'html').locator('.outcome').count(), 0,
        'in a text Enter is a line\'s end');
    await page.keyboard.press('Control+Enter');
    t.ok((await answered(page, 'html')).includes('"one\\ntwo"'),
        'and Ctrl+Enter calls');
    t.silent(page, 'by keyboard');
}

async function hostile(t, url) {
    const page = await t.page();

    await page.goto(`${url}/rpc`);
    t.is(await page.title(), '</title><script>window.owned = 1</script>',
        'the title is the text it is');
    t.is(await page.locator('.description').innerText(),
        '<img src=x onerror=\'window.owned = 1\'>', 'the description too');
    t.ok((await page.locator('[id="method-html"] .help').innerText())
        .startsWith('<script>alert(1)</script>'), 'a help too');
    t.ok((await page.locator('[id="method-html"]').innerText())
        .includes('<b onclick=alert(3)>bold</b> & "quoted" \'text\''),
    'a fault too');
    for (const text of ['<script>alert(1)</script>',
        '<img src=x onerror="window.owned = 1">', ']]></value><b>']) {
        for (const protocol of Object.keys(PROTOCOLS)) {
            await page.locator('#protocol').selectOption(protocol);
            await field(page, 'html', 'a').fill(text);
            await form(page, 'html').getByRole('button').click();
            await answered(page, 'html');
        }
    }
    t.is(await page.locator('script, img, main b[onclick], .outcome b')
        .count(), 1, 'no element but the page\'s own script');
    t.is(await page.evaluate('window.owned === undefined'), true,
        'none of it was run');
    t.silent(page, 'hostile texts');
}

async function withoutScript(t, url) {
    const page = await t.page({ javaScriptEnabled: false });

    await page.goto(`${url}/rpc`);
    const names = (await page.locator('.toc-method').allTextContents())
        .map((name) => name.trim());

    t.ok(names.length > 20, 'without JavaScript the contents are there');
    t.is((await page.locator('.method:visible h3').allTextContents())
        .map((name) => name.trim()), names, 'and every method');
    t.is(await page.locator('.prototype:visible').count(), names.length,
        'with its prototype');
    await page.locator('[id="method-add"] summary').click();
    t.is(await page.locator('[id="method-add"] .example:visible').count(), 3,
        'and its examples');
    t.is(await page.locator('form:visible, button:visible, input:visible, '
        + 'select:visible').count(), 0, 'and nothing that cannot work');
    await page.locator('.toc-method a', { hasText: /^divide$/ }).click();
    t.ok(await page.locator('[id="method-divide"]:target').isVisible(),
        'the contents lead there');
    t.silent(page, 'without JavaScript');
}

async function unreachable(t, url) {
    const page = await t.page();

    await page.goto(`${url}/rpc`);
    await page.route('**/rpc', (route) => route.fulfill({ status: 502,
        body: '<h1>Bad gateway</h1>' }));
    t.ok(/^HTTP 502 /.test(await add(page, '2', '3')),
        'an answer that is none says its status');
    await page.unroute('**/rpc');
    await page.route('**/rpc', (route) => route.abort());
    await form(page, 'add').getByRole('button').click();
    await page.getByText('The server cannot be reached.').waitFor();
    t.is(await field(page, 'add', 'x').inputValue(), '2',
        'without a server nothing is lost');
    t.heard(page);
}

async function looks(t, url) {
    for (const [width, height] of [[390, 844], [1280, 1700]]) {
        for (const colorScheme of ['light', 'dark']) {
            const page = await t.page({ width, height, colorScheme });
            const what = `${width}${colorScheme === 'dark' ? '-dark' : ''}`;

            await page.goto(`${url}/rpc`);
            await t.accessible(page, `every sort of method, ${what}`);
            await page.goto(`${url}/looks`);
            await page.locator('[id="method-add"] summary').click();
            await field(page, 'divide', 'x').fill('1');
            await field(page, 'divide', 'y').fill('0');
            await form(page, 'divide').getByRole('button').click();
            await answered(page, 'divide');
            await add(page, '2', '3');
            await t.accessible(page, `after two calls, ${what}`);
            await page.mouse.move(0, 0);
            if (width === 390) {
                await page.getByRole('searchbox').fill('add(');
            }
            await page.evaluate(() => scrollTo(0, 0));
            await t.picture(page, `docs-page-${what}`,
                { fullPage: width === 390 });
            t.silent(page, what);
        }
    }
    const page = await t.page();

    await page.goto(`${url}/looks`);
    await add(page, '2', '3');
    await add(page, 'two', '3');
    await form(page, 'ping').getByRole('button').click();
    await answered(page, 'ping');
    await t.valid(await page.content(), 'the page after calls');
}

test(async (t, url) => {
    await search(t, url);
    await calls(t, url);
    await fields(t, url);
    await secrets(t, url);
    await copying(t, url);
    await keyboard(t, url);
    await hostile(t, url);
    await withoutScript(t, url);
    await unreachable(t, url);
    await looks(t, url);
});
