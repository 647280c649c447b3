// SPDX-License-Identifier: Apache-2.0
// Presses a button of a page without a browser: runs the page's script with a
// document of two dozen lines and an XMLHttpRequest made of node's http.
// usage: press.js PAGE ORIGIN BUTTON
'use strict';
const fs = require('fs');
const http = require('http');
const vm = require('vm');

const [page, origin, button] = process.argv.slice(2);
const html = fs.readFileSync(page, 'utf8');
const elements = {};

for (const [, id, rest] of html.matchAll(/\bid="(\w+)"([^>]*)>/g)) {
    const value = /value="([^"]*)"/.exec(rest);
    elements[id] = {
        value: value ? value[1] : undefined,
        set textContent(text) { console.log(text); }
    };
}

class XMLHttpRequest {
    open(method, path) {
        this.method = method;
        this.path = path;
        this.headers = {};
    }

    setRequestHeader(name, value) {
        this.headers[name] = value;
    }

    send(body) {
        const options = { method: this.method, headers: this.headers };
        const request = http.request(origin + this.path, options, (answer) => {
            this.status = answer.statusCode;
            this.responseText = '';
            answer.setEncoding('utf8');
            answer.on('data', (text) => { this.responseText += text; });
            answer.on('end', () => this.onload());
        });
        request.end(body);
    }
}

const context = {
    document: { getElementById: (id) => elements[id] },
    XMLHttpRequest, encodeURIComponent, JSON, Number
};
const script = /<script>([\s\S]*?)<\/script>/.exec(html)[1];
vm.runInNewContext(script, context);
elements[button].onclick();
