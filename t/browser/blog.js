// SPDX-License-Identifier: Apache-2.0
// Visits the blog: by mouse, by keyboard, with hostile texts, with a server
// that fails, by two at once, on a phone and on a wide screen.
// usage: blog.js URL HTML...
'use strict';
const fs = require('fs');
const net = require('net');
const { test } = require('./browser.js');

const HOSTILE = ['<script>window.owned = 1; alert(1)</script>',
    '<img src=x onerror="window.owned = 1">', '"><svg onload=alert(1)>',
    'javascript:alert(1)', "'); DROP TABLE blog_post; --",
    '{{constructor.constructor("alert(1)")()}}', '\u202edesrever',
    '😀👩‍💻'];

async function call(url, method, params) {
    const answer = await (await fetch(`${url}/rpc`, { method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1,
            method: `blog.${method}`, params }) })).json();

    if (answer.error) {
        throw new Error(JSON.stringify(answer.error));
    }
    return answer.result;
}

const heading = (page) => page.locator('h1').textContent();
const focused = (page) => page.evaluate(() => document.activeElement.id
    || document.activeElement.tagName);

async function titled(page, text) {
    await page.waitForFunction((wanted) => {
        const h1 = document.querySelector('h1');

        return h1 && h1.textContent === wanted
            && !document.querySelector('main[aria-busy]');
    }, text);
}

async function writeAndRead(t, url) {
    const page = await t.page();

    await page.goto(url);
    await titled(page, 'Posts');
    t.ok(await page.getByText('No posts yet.').isVisible(),
        'a new blog says so');
    await page.getByRole('link', { name: 'Write a post' }).click();
    await titled(page, 'Write a post');
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('Text').fill('First line\nSecond line');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.locator('#post-title-error:visible').waitFor();
    t.is(await page.locator('#post-title-error').textContent(),
        'title is empty: expected 1 to 200 characters',
        'the server\'s words, where the error is');
    t.is(await focused(page), 'post-title', 'and the focus there');
    t.is(await page.getByLabel('Title').getAttribute('aria-invalid'), 'true',
        'which is said to a screen reader too');
    t.is(await page.getByLabel('Text').inputValue(),
        'First line\nSecond line', 'what was typed stays');
    await page.getByLabel('Title').fill('x'.repeat(201));
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('at most 200 characters, got 201').waitFor();
    t.ok(true, 'an oversized title names the limit');
    await page.getByLabel('Title').fill('The first post');
    await page.getByLabel('Tags').fill('one, two , one,');
    await page.getByRole('button', { name: 'Publish' }).click();
    await titled(page, 'The first post');
    t.is(await page.locator('.body').textContent(),
        'First line\nSecond line', 'a post is read');
    t.is(await page.locator('.tags li').allTextContents(), ['one', 'two'],
        'with its tags');
    t.is(await page.title(), 'The first post – The blog in C',
        'the title of the page follows');
    t.is(await focused(page), 'H1', 'and the focus');

    await page.getByRole('link', { name: 'Edit' }).click();
    await titled(page, 'Edit a post');
    await page.getByLabel('Title').fill('The first post, edited');
    await page.getByRole('button', { name: 'Save' }).click();
    await titled(page, 'The first post, edited');
    t.ok(await page.locator('.byline').first().getByText('changed')
        .isVisible(), 'an edited post says so');

    await page.getByLabel('Comment', { exact: true }).fill('Well done.');
    t.is(await page.getByLabel('Your name').inputValue(), 'Ada Lovelace',
        'the name is remembered');
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.locator('.comment').waitFor();
    t.is(await page.locator('.comment .text').allTextContents(),
        ['Well done.'], 'a comment is there');
    t.is(await page.locator('#comments').textContent(), '1 comment',
        'and counted');
    t.is(await page.getByLabel('Comment', { exact: true }).inputValue(), '',
        'its field is empty again');
    await page.reload();
    await titled(page, 'The first post, edited');
    t.is(await page.locator('.comment').count(), 1, 'it stays');
    t.silent(page, 'writing and reading');
    return page;
}

async function conflict(t, url) {
    const page = await t.page();
    const post = await call(url, 'add_post', ['Two edit it', 'Ada', 'Text']);

    await page.goto(`${url}/#/edit/${post.id}`);
    await titled(page, 'Edit a post');
    await call(url, 'update_post', { id: post.id, title: 'Faster' });
    await page.getByLabel('Text').fill('Slower');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('has been changed meanwhile').waitFor();
    t.is(await page.getByLabel('Text').inputValue(), 'Slower',
        'a post that another has edited is not overwritten');
    t.is((await call(url, 'get_post', [post.id])).body, 'Text',
        'nor lost');
    await page.goto(`${url}/#/post/${post.id}`);
    await titled(page, 'Faster');
    await call(url, 'delete_post', [post.id]);
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.getByText('author is empty').waitFor();
    await page.getByLabel('Your name').fill('Eve');
    await page.getByLabel('Comment', { exact: true }).fill('Too late');
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.getByText(`there is no post ${post.id}`).waitFor();
    t.ok(true, 'a comment to a deleted post: the error is at its form');
    await page.reload();
    await titled(page, 'There is no such post');
    t.ok(true, 'and a post that is gone says so');
    t.silent(page, 'two at one post');
}

async function remove(t, url, page) {
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    t.is(await heading(page), 'The first post, edited', 'kept');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.keyboard.press('Escape');
    t.is(await page.locator('dialog[open]').count(), 0, 'kept by Escape');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await titled(page, 'Posts');
    t.is((await call(url, 'list_posts')).total, 0, 'deleted');
    t.silent(page, 'deleting');
    await page.getByRole('link', { name: 'The methods of this server' })
        .click();
    await page.locator('[id="method-blog.list_posts"]').waitFor();
    t.ok(true, 'a link leads to the documentation');
    t.silent(page, 'the documentation');
}

async function lists(t, url) {
    const page = await t.page();

    for (let i = 1; i <= 23; i++) {
        await call(url, 'add_post', [`Entry ${i} of the log`, 'Grace Hopper',
            `What was found on day ${i}.`, [i % 2 ? 'odd' : 'even', 'log']]);
    }
    await page.goto(url);
    await titled(page, 'Posts');
    t.is(await page.locator('.card').count(), 10, 'ten posts of a page');
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('11 to 20 of 23').waitFor();
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('21 to 23 of 23').waitFor();
    t.is(await page.locator('.card h2').allTextContents(),
        [3, 2, 1].map((i) => `Entry ${i} of the log`), 'the last page');
    t.is(await page.getByRole('link', { name: 'Older' }).count(), 0,
        'has none behind it');
    await page.goBack();
    await page.getByText('11 to 20 of 23').waitFor();
    t.ok(true, 'the browser\'s Back goes back');
    await page.getByRole('link', { name: 'even' }).first().click();
    await titled(page, 'Posts with the tag even');
    await page.getByText('1 to 10 of 11').waitFor();
    t.ok(true, 'a tag is a list');
    await page.getByRole('searchbox').fill('day 7');
    await page.getByRole('searchbox').press('Enter');
    await titled(page, 'Search: day 7');
    t.is(await page.locator('.card h2').allTextContents(),
        ['Entry 7 of the log'], 'a search');
    await page.getByRole('searchbox').fill('<b>');
    await page.getByRole('searchbox').press('Enter');
    await titled(page, 'Search: <b>');
    t.ok(await page.getByText('Nothing found.').isVisible(),
        'a search without a find');
    t.silent(page, 'lists');
}

async function hostile(t, url) {
    const page = await t.page();

    for (const text of HOSTILE) {
        const post = await call(url, 'add_post', [text, text, text,
            [text.slice(0, 40)]]);

        await call(url, 'add_comment', [post.id, text, text]);
        await page.goto(`${url}/#/post/${post.id}`);
        await titled(page, text);
        t.is([await page.locator('.body').textContent(),
            await page.locator('.comment .text').textContent(),
            await page.locator('.byline bdi').first().textContent(),
            await page.locator('.tags li').textContent()],
        [text, text, text, text.slice(0, 40)], `as it is: ${text}`);
        await page.goto(`${url}/#/tag/`
            + encodeURIComponent(text.slice(0, 40)));
        await titled(page, `Posts with the tag ${text.slice(0, 40)}`);
        t.is(await page.locator('.excerpt').textContent(), text,
            'in a list too');
        await page.goto(`${url}/#/edit/${post.id}`);
        await titled(page, 'Edit a post');
        t.is(await page.getByLabel('Title').inputValue(), text,
            'in a form too');
        await call(url, 'delete_post', [post.id]);
    }
    t.is(await page.evaluate('window.owned === undefined'), true,
        'none of it was run');
    t.silent(page, 'hostile texts');
}

// All by keys: what has the focus is pressed, nothing is clicked.
async function keyboard(t, url) {
    const page = await t.page();
    const press = (...keys) => keys.reduce((before, key) =>
        before.then(() => page.keyboard.press(key)), Promise.resolve());

    await page.goto(url);
    await titled(page, 'Posts');
    await press('Tab');
    t.is(await focused(page), 'skip', 'the first Tab offers to skip');
    await press('Enter');
    t.is(await focused(page), 'main', 'to the content');
    await press('Tab');
    t.is(await page.evaluate(() => document.activeElement.textContent),
        'Entry 23 of the log', 'the first post');
    await press('Enter');
    await titled(page, 'Entry 23 of the log');
    await page.getByRole('link', { name: 'Write a post' }).focus();
    await press('Enter');
    await titled(page, 'Write a post');
    await press('Tab');
    await page.keyboard.type('By keys alone');
    await press('Tab');
    await page.keyboard.type('Ada');
    await press('Tab');
    await page.keyboard.type('Typed');
    await press('Tab', 'Tab', 'Enter');
    await titled(page, 'By keys alone');
    for (let i = 0; i < 10 && await page.evaluate(() =>
        document.activeElement.textContent) !== 'Delete'; i++) {
        await press('Tab');
    }
    await press('Enter', 'Tab', 'Enter');
    await titled(page, 'Posts');
    t.is((await call(url, 'search', ['By keys alone'])).total, 0,
        'written, read and deleted by keys');
    t.silent(page, 'by keyboard');
}

// While a call is under way; and when it fails.
async function waiting(t, url) {
    const page = await t.page();
    let letGo;

    await page.goto(`${url}/#/new`);
    await titled(page, 'Write a post');
    await page.route('**/rpc', async (route) => {
        await new Promise((resolve) => {
            letGo = resolve;
        });
        await route.continue();
    });
    await page.getByLabel('Title').fill('Slow');
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Text').fill('Text');
    await page.getByRole('button', { name: 'Publish' }).click();
    const button = page.getByRole('button', { name: 'Publishing' });
    await button.waitFor();
    t.ok(await button.isDisabled()
        && await page.getByLabel('Title').isDisabled(),
    'nothing can be sent twice or changed meanwhile');
    t.is(await page.locator('#status').textContent(), 'Publishing …',
        'a screen reader is told');
    letGo();
    await titled(page, 'Slow');
    await page.unroute('**/rpc');
    await page.getByLabel('Comment', { exact: true }).fill('Kept');
    await page.route('**/rpc', (route) => route.abort());
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.getByText('The server cannot be reached.').waitFor();
    t.is(await page.getByLabel('Comment', { exact: true }).inputValue(),
        'Kept', 'without a server nothing is lost');
    await page.unroute('**/rpc');
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.locator('.comment').waitFor();
    t.ok(true, 'and it is sent when there is one');
    const heard = t.heard(page);
    t.ok(heard.length > 0 && heard.every((line) => /rpc|ERR_FAILED/
        .test(line)), 'the console has the failed request only', heard);
    await page.route('**/rpc?*', (route) => route.fulfill({ status: 502,
        body: '<h1>Bad gateway</h1>' }));
    await page.goto(`${url}/#/`);
    await titled(page, 'This did not work');
    t.ok(await page.getByText('answered with an error (502)').isVisible(),
        'an answer that is none');
    await page.unroute('**/rpc?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await titled(page, 'Posts');
    t.heard(page);
    for (const post of (await call(url, 'search', ['Slow'])).posts) {
        await call(url, 'delete_post', [post.id]);
    }
}

// A door to the server that can be shut: connections end, and none is taken
// until it is open again. While it is deaf it refuses WebSockets.
async function door(url) {
    const { hostname, port } = new URL(url);
    const open = new Set();
    const it = { isShut: false, isDeaf: false };
    const server = net.createServer((socket) => {
        if (it.isShut) {
            socket.destroy();
            return;
        }
        const inner = net.connect(Number(port), hostname);
        const end = () => {
            socket.destroy();
            inner.destroy();
            open.delete(end);
        };

        open.add(end);
        for (const one of [socket, inner]) {
            one.on('error', end);
            one.on('close', end);
        }
        inner.pipe(socket);
        socket.on('data', (data) => {
            if (it.isDeaf && /^Upgrade: websocket/mi.test(data)) {
                socket.end('HTTP/1.1 400 Bad Request\r\n'
                    + 'Content-Length: 0\r\nConnection: close\r\n\r\n');
            } else {
                inner.write(data);
            }
        });
    });

    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    it.url = `http://127.0.0.1:${server.address().port}`;
    it.shut = () => {
        it.isShut = true;
        open.forEach((end) => end());
    };
    it.end = () => {
        it.shut();
        server.close();
    };
    return it;
}

const becomesLive = (page, text) => page.waitForFunction((wanted) =>
    document.getElementById('live').textContent === wanted, text);
const texts = (page) => page.locator('.comment .text').allTextContents();

// What is written while some comments are not loaded yet stands behind them.
async function more(t, url) {
    const post = await call(url, 'add_post', ['Much said', 'Ada', 'Text']);
    const page = await t.page();
    const wanted = Array.from({ length: 55 }, (_, i) => `comment ${i}`);

    for (const text of wanted) {
        await call(url, 'add_comment', [post.id, 'Eve', text]);
    }
    await page.goto(`${url}/#/post/${post.id}`);
    await titled(page, 'Much said');
    await page.getByLabel('Your name').fill('Bob');
    await page.getByLabel('Comment', { exact: true }).fill('mine');
    await page.getByRole('button', { name: 'Send the comment' }).click();
    await page.locator('.comment').nth(50).waitFor();
    t.is(await page.locator('#comments').textContent(), '56 comments',
        'all are counted');
    await page.getByRole('button', { name: 'More comments' }).click();
    await page.locator('.comment').nth(55).waitFor();
    t.is(await texts(page), [...wanted, 'mine'],
        'the rest comes between, and nothing twice');
    t.ok(await page.getByRole('button', { name: 'More comments' })
        .isHidden(), 'then there are no more');
    await call(url, 'delete_post', [post.id]);
    t.heard(page);
}

// Two pages: what one does, the other shows.
async function live(t, url) {
    const post = await call(url, 'add_post', ['Live', 'Ada', 'Text']);
    const writer = await t.page();
    const reader = await t.page();

    for (const page of [writer, reader]) {
        await page.goto(`${url}/#/post/${post.id}`);
        await titled(page, 'Live');
        await becomesLive(page, 'yes');
    }
    await reader.getByLabel('Comment', { exact: true }).fill('Half a wo');
    await writer.getByLabel('Your name').fill('Bob');
    await writer.getByLabel('Comment', { exact: true }).fill(HOSTILE[0]);
    await writer.getByRole('button', { name: 'Send the comment' }).click();
    await reader.locator('.comment').waitFor();
    t.is(await texts(reader), [HOSTILE[0]],
        'a comment of another appears by itself');
    t.is(await reader.locator('#comments').textContent(), '1 comment',
        'and is counted');
    t.is(await reader.locator('#status').textContent(),
        'A new comment by Bob.', 'a screen reader is told');
    t.is([await reader.getByLabel('Comment', { exact: true }).inputValue(),
        await focused(reader)], ['Half a wo', 'comment-body'],
    'and nobody disturbed');
    await writer.locator('.comment').waitFor();
    await call(url, 'add_comment', [post.id, 'Eve', 'second']);
    await writer.locator('.comment').nth(1).waitFor();
    t.is(await texts(writer), [HOSTILE[0], 'second'],
        'who wrote it has it once');
    t.is(await writer.locator('#comments').textContent(), '2 comments',
        'counted once');
    await reader.locator('.comment').nth(1).waitFor();
    await t.accessible(reader, 'with comments that came');
    await call(url, 'update_post', { id: post.id, title: 'Livelier' });
    await reader.getByText('This post has just been changed.').first()
        .waitFor();
    await t.accessible(reader, 'with a notice');
    await t.valid(await reader.content(), 'a post with news');
    await reader.getByRole('button', { name: 'Show the change' }).click();
    await titled(reader, 'Livelier');
    t.is(await reader.locator('#news').count(), 0, 'a change is shown');
    await reader.goto(`${url}/#/`);
    await titled(reader, 'Posts');
    const other = await call(url, 'add_post', ['Another', 'Eve', 'Text']);
    await reader.getByRole('button', { name: 'Show it' }).click();
    await reader.getByRole('link', { name: 'Another' }).waitFor();
    t.ok(true, 'a new post is announced, and shown');
    await call(url, 'delete_post', [post.id]);
    await writer.getByText('This post has just been deleted.').first()
        .waitFor();
    t.ok(true, 'and one that is deleted');
    t.is(await writer.evaluate('window.owned === undefined'), true,
        'none of it was run');
    await call(url, 'delete_post', [other.id]);
    t.silent(writer, 'writing live');
    t.silent(reader, 'reading live');
}

async function lostAndFound(t, url) {
    const post = await call(url, 'add_post', ['Lost', 'Ada', 'Text']);
    const between = await door(url);
    const page = await t.page();

    await page.goto(`${between.url}/#/post/${post.id}`);
    await titled(page, 'Lost');
    await becomesLive(page, 'yes');
    await call(url, 'add_comment', [post.id, 'Eve', 'before']);
    await page.locator('.comment').waitFor();
    between.shut();
    await becomesLive(page, 'the connection is lost, trying again');
    await call(url, 'add_comment', [post.id, 'Eve', 'meanwhile']);
    t.is(await texts(page), ['before'], 'a lost connection is told');
    between.isShut = false;
    await becomesLive(page, 'yes');
    await page.locator('.comment').nth(1).waitFor();
    t.is(await page.locator('#status').textContent(), '1 new comment.',
        'what was missed is fetched, and told');
    await call(url, 'add_comment', [post.id, 'Eve', 'after']);
    await page.locator('.comment').nth(2).waitFor();
    t.is(await texts(page), ['before', 'meanwhile', 'after'],
        'then all goes on');
    t.ok(t.heard(page).every((line) => /WebSocket/.test(line)),
        'the console has the WebSocket only');
    await page.close();

    between.isDeaf = true;
    const plain = await t.page();

    await plain.goto(`${between.url}/#/post/${post.id}`);
    await titled(plain, 'Lost');
    await plain.getByLabel('Your name').fill('Bob');
    await plain.getByLabel('Comment', { exact: true }).fill('by hand');
    await plain.getByRole('button', { name: 'Send the comment' }).click();
    await plain.locator('.comment').nth(3).waitFor();
    t.is(await plain.locator('#live').textContent(), 'no',
        'without a WebSocket the page goes without');
    await new Promise((done) => setTimeout(done, 1200));
    t.is(t.heard(plain).length, 1, 'and asks for none again');
    between.end();
    await call(url, 'delete_post', [post.id]);
}

async function looks(t, url) {
    const post = await call(url, 'add_post', [
        'A C function behind every button', 'Ada Lovelace',
        'Every action of this page is one call of one C function. The list '
        + 'you came from is list_posts(offset, limit, tag); this text is '
        + 'get_post(id).\n\nThe function checks what it is given, asks the '
        + 'database in one transaction, and returns a value. Nobody wrote '
        + 'HTTP, JSON or XML for it.', ['c', 'httpd', 'json-rpc']]);
    const sizes = { phone: [390, 844], wide: [1280, 900] };

    await call(url, 'add_comment', [post.id, 'Charles Babbage',
        'And the same function answers XML-RPC?']);
    await call(url, 'add_comment', [post.id, 'Ada Lovelace',
        'The same one, at the same URL.\nPyRPC, too.']);
    for (const [name, [width, height]] of Object.entries(sizes)) {
        for (const colorScheme of ['light', 'dark']) {
            const page = await t.page({ width, height, colorScheme });
            const what = `${name}-${colorScheme}`;

            await page.goto(url);
            await titled(page, 'Posts');
            await t.picture(page, `blog-list-${what}`);
            await t.accessible(page, `the list, ${what}`);
            await page.goto(`${url}/#/post/${post.id}`);
            await titled(page, 'A C function behind every button');
            await t.picture(page, `blog-post-${what}`, { fullPage: true });
            await t.accessible(page, `a post, ${what}`);
            await page.getByRole('button', { name: 'Delete' }).click();
            await t.accessible(page, `the dialog, ${what}`);
            await page.keyboard.press('Escape');
            await page.goto(`${url}/#/new`);
            await titled(page, 'Write a post');
            await page.getByRole('button', { name: 'Publish' }).click();
            await page.locator('.error:visible').waitFor();
            await t.picture(page, `blog-form-${what}`, { fullPage: true });
            await t.accessible(page, `a form with an error, ${what}`);
            t.silent(page, what);
        }
    }
}

test(async (t, url, ...files) => {
    for (const file of files) {
        await t.valid(fs.readFileSync(file, 'utf8'),
            file.replace(/.*\/handlers\//, ''));
    }
    const page = await writeAndRead(t, url);
    await t.valid(await page.content(), 'a post as the browser has it');
    await remove(t, url, page);
    await conflict(t, url);
    await lists(t, url);
    await hostile(t, url);
    await keyboard(t, url);
    await waiting(t, url);
    await more(t, url);
    await live(t, url);
    await lostAndFound(t, url);
    await looks(t, url);
});
