// SPDX-License-Identifier: Apache-2.0
// The documentation page's own script: search, copying, and the forms that
// call methods. Without it the page is a reference all the same.
"use strict";

(function () {
    const endpoint = location.pathname;
    const protocol = document.getElementById("protocol");

    function make(tag, className, text) {
        const element = document.createElement(tag);

        element.className = className;
        element.textContent = text || "";
        return element;
    }

    // ---------------------------------------------------------------- search

    function setUpSearch() {
        const input = document.getElementById("search");
        const count = document.getElementById("search-count");
        const none = document.getElementById("search-none");
        const items = new Map(Array.from(
            document.querySelectorAll(".toc-method a"),
            (link) => [link.getAttribute("href"), link.parentElement]));
        const methods = Array.from(document.querySelectorAll(".method"),
            (article) => ({
                article,
                item: items.get(article.querySelector("h3 a")
                    .getAttribute("href")),
                text: [".prototype", ".help"].map((part) =>
                    article.querySelector(part).textContent)
                    .join(" ").toLowerCase(),
            }));

        function filter() {
            const words = input.value.toLowerCase().split(/\s+/)
                .filter(Boolean);
            let shown = 0;

            for (const method of methods) {
                const fits = words.every((word) => method.text.includes(word));

                method.article.hidden = !fits;
                method.item.hidden = !fits;
                shown += fits;
            }
            for (const part of document.querySelectorAll(
                "main > .table, .toc-table")) {
                part.hidden = words.length > 0 && !part.querySelector(
                    ".method:not([hidden]), .toc-method:not([hidden])");
            }
            none.hidden = shown > 0 || words.length === 0;
            count.textContent = words.length === 0
                ? `${methods.length} methods`
                : `${shown} of ${methods.length} methods`;
        }

        // A link to what the search hides ends the search.
        function showTarget() {
            let target = null;

            try {
                target = document.getElementById(
                    decodeURIComponent(location.hash.slice(1)));
            }
            catch (error) {
                return;
            }
            if (target && target.closest("[hidden]")) {
                input.value = "";
                filter();
                target.scrollIntoView();
            }
        }

        input.addEventListener("input", filter);
        input.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                input.value = "";
                filter();
            }
        });
        addEventListener("hashchange", showTarget);
        document.getElementById("search-box").hidden = false;
        filter();
    }

    // --------------------------------------------------------------- copying

    async function copy(code) {
        if (navigator.clipboard) {
            await navigator.clipboard.writeText(code.textContent);
            return;
        }
        // Pages that came by plain HTTP from another host have no clipboard.
        const selection = getSelection();

        selection.selectAllChildren(code);
        if (!document.execCommand("copy")) {
            throw new Error("not allowed");
        }
        selection.removeAllRanges();
    }

    function setUpCopying() {
        for (const example of document.querySelectorAll(".example")) {
            const button = make("button", "copy", "Copy");
            const language = example.querySelector("figcaption").textContent;

            button.type = "button";
            button.setAttribute("aria-label", `Copy the ${language} example`);
            button.addEventListener("click", async () => {
                try {
                    await copy(example.querySelector("code"));
                    button.textContent = "Copied";
                }
                catch (error) {
                    button.textContent = "Cannot copy";
                }
                setTimeout(() => { button.textContent = "Copy"; }, 1500);
            });
            example.append(button);
        }
    }

    // ------------------------------------------------------------- arguments
    // A value is text in the syntax of its protocol, so that a number reaches
    // the server digit by digit as it was typed.

    const numberSyntax = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

    function bytesOf(base64) {
        return Array.from(atob(base64), (c) => c.charCodeAt(0));
    }

    function xmlText(text) {
        return text.replace(/[&<>\r]/g, (c) => `&#${c.charCodeAt(0)};`);
    }

    const syntaxes = {
        jsonrpc: {
            nil: "null",
            number: (text) => text,
            bool: (b) => String(b),
            string: (text) => JSON.stringify(text),
            bytes: (text) => JSON.stringify(text),
            time: (text) => JSON.stringify(text),
            array: (values) => `[${values.join(",")}]`,
            struct: (members) => `{${members.map(([name, value]) =>
                `${JSON.stringify(name)}:${value}`).join(",")}}`,
        },
        pyrpc: {
            nil: "None",
            number: (text) => text,
            bool: (b) => (b ? "True" : "False"),
            string: (text) => JSON.stringify(text),
            bytes: (text) => `b"${bytesOf(text).map((byte) =>
                `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`,
            time: (text) => JSON.stringify(text),
            array: (values) => `[${values.join(", ")}]`,
            struct: (members) => `{${members.map(([name, value]) =>
                `${JSON.stringify(name)}: ${value}`).join(", ")}}`,
        },
        xmlrpc: {
            nil: "<value><nil/></value>",
            number(text) {
                if (/[.e]/i.test(text)) {
                    return `<value><double>${plainDouble(text)}`
                        + "</double></value>";
                }
                return BigInt.asIntN(32, BigInt(text)) === BigInt(text)
                    ? `<value><int>${text}</int></value>`
                    : `<value><i8>${text}</i8></value>`;
            },
            bool: (b) => `<value><boolean>${b ? 1 : 0}</boolean></value>`,
            string: (text) => `<value><string>${xmlText(text)}`
                + "</string></value>",
            bytes: (text) => `<value><base64>${xmlText(text)}`
                + "</base64></value>",
            time: (text) => `<value><dateTime.iso8601>${xmlText(text)}`
                + "</dateTime.iso8601></value>",
            array: (values) => `<value><array><data>${values.join("")}`
                + "</data></array></value>",
            struct: (members) => `<value><struct>${members.map(
                ([name, value]) => `<member><name>${xmlText(name)}</name>`
                    + `${value}</member>`).join("")}</struct></value>`,
        },
    };

    // XML-RPC's doubles have no exponent.
    function plainDouble(text) {
        const [mantissa, exponent] = text.toLowerCase().split("e");
        const sign = mantissa.startsWith("-") ? "-" : "";
        const [whole, fraction = ""] = mantissa.replace("-", "").split(".");
        const digits = whole + fraction;
        const point = whole.length + Number(exponent || 0);

        if (Math.abs(point) > 400) {
            return text;
        }
        if (point <= 0) {
            return `${sign}0.${"0".repeat(-point)}${digits}`;
        }
        return `${sign}${digits.slice(0, point).padEnd(point, "0")}`
            + `.${digits.slice(point) || "0"}`;
    }

    // Reads JSON and keeps numbers as they are written.
    function translate(text, syntax) {
        const token = /\s*([[\]{},:]|"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+)/y;
        let current;

        function next() {
            const found = token.exec(text);

            current = found ? found[1] : "";
        }

        function list(end, entry) {
            const entries = [];

            next();
            while (current !== end) {
                entries.push(entry());
                if (current === ",") {
                    next();
                }
            }
            next();
            return entries;
        }

        function member() {
            const name = JSON.parse(current);

            next();
            next();
            return [name, value()];
        }

        function value() {
            const word = current;

            if (word === "[") {
                return syntax.array(list("]", value));
            }
            if (word === "{") {
                return syntax.struct(list("}", member));
            }
            next();
            switch (word) {
            case "null":
                return syntax.nil;
            case "true":
            case "false":
                return syntax.bool(word === "true");
            default:
                return word.startsWith('"')
                    ? syntax.string(JSON.parse(word)) : syntax.number(word);
            }
        }

        JSON.parse(text); // throws what is wrong with it
        next();
        return value();
    }

    // One value as it was typed. What does not look like its type goes as a
    // string: the server says best what is wrong with it.
    function encode(text, kind, syntax) {
        switch (kind) {
        case "bool":
            return /^(true|false)$/.test(text)
                ? syntax.bool(text === "true") : syntax.string(text);
        case "number":
            return numberSyntax.test(text.trim())
                ? syntax.number(text.trim()) : syntax.string(text);
        case "bytes":
            try {
                atob(text);
            }
            catch (error) {
                throw new Error("This is not base64.");
            }
            return syntax.bytes(text);
        case "time":
            return syntax.time(text.trim());
        case "string":
            return syntax.string(text);
        case "any":
            try {
                return translate(text, syntax);
            }
            catch (error) {
                return syntax.string(text);
            }
        default:
            try {
                return translate(text, syntax);
            }
            catch (error) {
                throw new Error(`This is not JSON: ${error.message}`);
            }
        }
    }

    function complain(field, text) {
        const old = field.parentElement.querySelector(".complaint");

        if (old) {
            old.remove();
        }
        field.removeAttribute("aria-invalid");
        if (text) {
            const complaint = make("span", "complaint", text);

            complaint.setAttribute("role", "alert");
            field.setAttribute("aria-invalid", "true");
            field.parentElement.append(complaint);
        }
    }

    // { name, value, rest } of each parameter; value null: not given. Throws
    // with the field that is wrong.
    function readArguments(form, syntax, masked) {
        return Array.from(form.querySelectorAll("[data-kind]"), (field) => {
            const { kind, optional, rest, secret } = field.dataset;
            const text = field.value;
            const shown = masked && secret !== undefined && text !== ""
                ? null : text;

            complain(field, "");
            try {
                if (shown === null) {
                    return { name: field.name, value: syntax.string("***"),
                        values: [syntax.string("***")],
                        rest: rest !== undefined };
                }
                if (rest !== undefined) {
                    const values = text.split("\n")
                        .filter((line) => line !== "")
                        .map((line) => encode(line, kind, syntax));

                    return { name: field.name, rest: true, values,
                        value: syntax.array(values) };
                }
                if (text === "" && optional !== undefined) {
                    return { name: field.name, value: null };
                }
                return { name: field.name, value: encode(text, kind, syntax) };
            }
            catch (error) {
                error.field = field;
                throw error;
            }
        });
    }

    // By position: what was left out in between is nil, which means just that.
    function positional(args, syntax) {
        const values = [];
        let count = 0;

        for (const argument of args) {
            if (argument.rest) {
                values.push(...argument.values);
            }
            else {
                values.push(argument.value === null ? syntax.nil
                    : argument.value);
            }
            if (argument.value !== null && !(argument.rest
                && argument.values.length === 0)) {
                count = values.length;
            }
        }
        return values.slice(0, count);
    }

    // -------------------------------------------------------------- requests

    const requests = {
        jsonrpc(method, args, syntax) {
            const members = args.filter((argument) => argument.value !== null)
                .map(({ name, value }) => [name, value]);
            const params = members.length > 0
                ? `"params":${syntax.struct(members)},` : "";

            return {
                type: "application/json",
                body: `{"jsonrpc":"2.0","method":${JSON.stringify(method)},`
                    + `${params}"id":1}`,
            };
        },
        xmlrpc(method, args, syntax) {
            return {
                type: "text/xml",
                body: '<?xml version="1.0"?>\n<methodCall><methodName>'
                    + `${xmlText(method)}</methodName><params>`
                    + positional(args, syntax).map((value) =>
                        `<param>${value}</param>`).join("")
                    + "</params></methodCall>",
            };
        },
        pyrpc(method, args, syntax) {
            const data = `${method}(${positional(args, syntax).join(", ")})`;

            return {
                type: "application/x-www-form-urlencoded",
                body: `request=execute&data=${encodeURIComponent(data)}`,
            };
        },
    };

    function readRequest(form, masked) {
        const syntax = syntaxes[protocol.value];

        return requests[protocol.value](form.dataset.method,
            readArguments(form, syntax, masked), syntax);
    }

    // --------------------------------------------------------------- answers

    // JSON with line breaks; numbers and strings stay as they came.
    function indent(json) {
        let depth = 0;

        function line() {
            return `\n${"  ".repeat(depth)}`;
        }

        if (json.length < 60) {
            return json;
        }
        return json.replace(
            /"(?:[^"\\]|\\.)*"|\[\]|\{\}|[[\]{},:]/g, (token) => {
                switch (token) {
                case "[":
                case "{":
                    depth++;
                    return token + line();
                case "]":
                case "}":
                    depth--;
                    return line() + token;
                case ",":
                    return token + line();
                case ":":
                    return ": ";
                default:
                    return token;
                }
            });
    }

    // A short result in one line, as it was written.
    function result(text) {
        return text && text.length <= 80 ? `Result: ${text}` : "Result";
    }

    // What the answer says in one line, and whether that is a result.
    const verdicts = {
        jsonrpc(text) {
            const answer = JSON.parse(text);

            if (answer.error) {
                const { code, message, data } = answer.error;

                return [false, `Fault ${code}: ${message}`
                    + (typeof data === "string" ? `: ${data}` : "")];
            }
            return [true, result((/^\{"jsonrpc":"2\.0","result":(.*),"id":1\}$/s
                .exec(text) || [])[1])];
        },
        xmlrpc(text) {
            const answer = new DOMParser().parseFromString(text, "text/xml");
            const fault = {};

            for (const member of answer.querySelectorAll("fault member")) {
                fault[member.querySelector("name").textContent]
                    = member.querySelector("value").textContent;
            }
            if (fault.faultCode !== undefined) {
                return [false, `Fault ${fault.faultCode}: `
                    + fault.faultString];
            }

            const value = answer.querySelector("params > param > value");

            if (value === null) {
                return [false, ""];
            }
            return [true, result(value.querySelector("value") === null
                ? value.textContent : "")];
        },
        pyrpc(text) {
            const fault = new RegExp("^\\{'res': 'error', 'data': (['\"])(.*)"
                + "\\1, 'code': (-?\\d+)\\}$", "s").exec(text);
            const found = /^\{'res': 'response', 'data': (['"])(.*)\1\}$/s
                .exec(text);
            const data = (fault || found || ["", "", ""])[2]
                .replace(/\\(['"\\])/g, "$1");

            if (fault) {
                return [false, `Fault ${fault[3]}: ${data}`];
            }
            return found ? [true, result(data)] : [false, ""];
        },
    };

    function judge(response, text) {
        try {
            const verdict = verdicts[protocol.value](text);

            if (verdict[1] !== "") {
                return verdict;
            }
        }
        catch (error) {
            // Not of the protocol: the status says more.
        }
        return [false, `HTTP ${response.status} ${response.statusText}`];
    }

    function findOutcome(form) {
        let outcome = form.querySelector(".outcome");

        if (!outcome) {
            outcome = document.getElementById("outcome").content
                .firstElementChild.cloneNode(true);
            form.append(outcome);
            for (const pre of outcome.querySelectorAll("pre")) {
                pre.tabIndex = 0; // it may scroll
                pre.setAttribute("role", "group");
                pre.setAttribute("aria-label",
                    pre.previousElementSibling.textContent);
            }
        }
        return outcome;
    }

    function show(outcome, good, text, time) {
        const verdict = outcome.querySelector(".verdict");

        verdict.className = `verdict ${good === null ? ""
            : good ? "good" : "bad"}`;
        verdict.textContent = text;
        if (time !== undefined) {
            verdict.append(" ", make("span", "time",
                `after ${time.toFixed(1)} ms`));
        }
    }

    async function send(form) {
        const shown = readRequest(form, true);
        const { type, body } = readRequest(form, false);
        const outcome = findOutcome(form);
        const answer = outcome.querySelector(".answer");

        outcome.querySelector(".request").textContent
            = `POST ${endpoint}\nContent-Type: ${type}\n\n${shown.body}`;
        answer.textContent = "";
        show(outcome, null, "Calling …");

        const start = performance.now();

        try {
            const response = await fetch(endpoint,
                { method: "POST", headers: { "Content-Type": type }, body });
            const text = await response.text();
            const time = performance.now() - start;
            const [good, said] = judge(response, text);

            answer.textContent = `HTTP ${response.status}\n`
                + `Content-Type: ${response.headers.get("Content-Type")}\n\n`
                + (protocol.value === "jsonrpc" ? indent(text) : text);
            show(outcome, good, said, time);
        }
        catch (error) {
            show(outcome, false, "The server cannot be reached.");
        }
    }

    function setUpForms() {
        for (const form of document.querySelectorAll("form.call")) {
            const button = form.querySelector("button");

            form.addEventListener("submit", async (event) => {
                event.preventDefault();
                if (button.getAttribute("aria-disabled") === "true") {
                    return;
                }
                button.setAttribute("aria-disabled", "true");
                try {
                    await send(form);
                }
                catch (error) {
                    if (!error.field) {
                        throw error;
                    }
                    complain(error.field, error.message);
                    error.field.focus();
                }
                finally {
                    button.removeAttribute("aria-disabled");
                }
            });
            form.addEventListener("input", (event) => {
                complain(event.target, "");
            });
            // In a text of several lines Enter is a line's end.
            form.addEventListener("keydown", (event) => {
                if (event.key === "Enter" && (event.ctrlKey
                    || event.metaKey)) {
                    event.preventDefault();
                    form.requestSubmit();
                }
            });
            form.hidden = false;
        }
        document.getElementById("protocol-box").hidden
            = protocol.options.length < 2;
    }

    setUpSearch();
    setUpCopying();
    setUpForms();
}());
