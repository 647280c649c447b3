// SPDX-License-Identifier: Apache-2.0
// What a page has and node lacks, for the tests of rpc.js: an XMLHttpRequest
// made of node's http, and fetch of URLs that are relative to ORIGIN.
import http from 'node:http';

export function makePage(origin) {
    const inner = globalThis.fetch;
    globalThis.fetch = (url, init) => inner(new URL(url, origin), init);
    globalThis.XMLHttpRequest = class {
        open(method, url) {
            this.request = http.request(new URL(url, origin), { method });
        }

        setRequestHeader(name, value) {
            this.request.setHeader(name, value);
        }

        send(body) {
            const end = (how) => {
                if (!this.ended) {
                    this.ended = true;
                    this[how]();
                    this.onloadend();
                }
            };
            this.abort = () => {
                this.request.destroy();
                end('onabort');
            };
            this.request.on('error', () => end('onerror'));
            this.request.on('response', (answer) => {
                this.status = answer.statusCode;
                this.responseText = '';
                answer.setEncoding('utf8');
                answer.on('data', (text) => { this.responseText += text; });
                answer.on('end', () => end('onload'));
            });
            this.request.end(body);
        }
    };
}
