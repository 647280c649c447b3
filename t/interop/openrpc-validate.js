// SPDX-License-Identifier: Apache-2.0
// Reads documents, one JSON text a line, and says of each "valid" or why not.
// For openrpc.t; the judge is OpenRPC's own validator and meta-schema.
'use strict';

const path = require('path');
const readline = require('readline');
const { validateOpenRPCDocument } = require(
    path.join(process.argv[2], '@open-rpc/schema-utils-js'));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const verdict = validateOpenRPCDocument(JSON.parse(line));
    const text = verdict === true ? 'valid' : String(verdict.message);
    console.log(text.replace(/\s+/g, ' ').slice(0, 2000));
});
