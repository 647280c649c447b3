// SPDX-License-Identifier: Apache-2.0
// The blog's page: each action is one call of a method of the table `blog`.
// What comes back is only ever put into the page as text.
"use strict";

(function () {

var ENDPOINT = "/rpc";
var PREFIX = "blog.";
var PAGE = 10;
var COMMENTS = 50;
var TIMEOUT = 20000;

// Goes up with each change of the view: an answer that comes too late for
// its view is dropped.
var view = 0;

// What the view can be told news of: {id, revision, thread} of a post,
// {isList} of posts.
var shown = {};

function byId(id) {
    return document.getElementById(id);
}

// --------------------------------------------------------------- calling

function showCall(method, params, how) {
    byId("call-what").textContent = method + "("
        + Object.keys(params).map(function (name) {
            return name + ": " + JSON.stringify(params[name]).slice(0, 100);
        }).join(", ") + ")";
    byId("call-how").textContent = how;
    byId("call-answer").textContent = "…";
}

// What the caller is told of an answer that is no result.
function failure(code, text) {
    var error = new Error(text);

    error.code = code;
    return error;
}

// JSON-RPC: the words for people are in `data` where the code has words of
// its own in `message`.
function faultOf(error) {
    return failure(error.code, typeof error.data === "string"
        ? error.data : String(error.message));
}

function readAnswer(request) {
    var answer;

    try {
        answer = JSON.parse(request.responseText);
    } catch (ignored) {
        throw failure(request.status,
            "The server answered with an error (" + request.status + ").");
    }
    if (answer.error) {
        throw faultOf(answer.error);
    }
    if (answer.result === undefined) {
        throw failure(request.status, "The server's answer has no result.");
    }
    return answer.result;
}

// Calls a method: a safe one by a query-string URL, another by POST.
function call(method, params, isSafe) {
    return new Promise(function (resolve, reject) {
        var request = new XMLHttpRequest();
        var started = performance.now();
        var name = PREFIX + method;
        var url = ENDPOINT;
        var body = null;

        if (isSafe) {
            url += "?jsonrpc=2.0&id=1&method=" + encodeURIComponent(name)
                + "&params=" + encodeURIComponent(JSON.stringify(params));
        } else {
            body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: name,
                params: params });
        }
        request.open(isSafe ? "GET" : "POST", url);
        request.timeout = TIMEOUT;
        request.setRequestHeader("Accept", "application/json");
        if (body !== null) {
            request.setRequestHeader("Content-Type", "application/json");
        }
        request.onloadend = function () {
            byId("call-answer").textContent = (request.status || "none")
                + ", " + Math.round(performance.now() - started) + " ms";
        };
        request.onload = function () {
            try {
                resolve(readAnswer(request));
            } catch (error) {
                reject(error);
            }
        };
        request.onerror = function () {
            reject(failure(0, "The server cannot be reached. Nothing was "
                + "lost: try again."));
        };
        request.ontimeout = function () {
            reject(failure(0, "The server did not answer in "
                + TIMEOUT / 1000 + " seconds."));
        };
        showCall(name, params, isSafe ? "GET " + url.slice(0, 300)
            : "POST " + url);
        request.send(body);
    });
}

// -------------------------------------------------------------- elements

// make("p", { class: "x", onclick: f }, "text", element...)
function make(tag, attributes) {
    var element = document.createElement(tag);
    var i;

    Object.keys(attributes || {}).forEach(function (name) {
        var value = attributes[name];

        if (typeof value === "function") {
            element.addEventListener(name.slice(2), value);
        } else if (value !== null && value !== false) {
            element.setAttribute(name, value === true ? "" : value);
        }
    });
    for (i = 2; i < arguments.length; i++) {
        if (arguments[i] !== null) {
            element.append(arguments[i]);
        }
    }
    return element;
}

function say(text) {
    byId("status").textContent = text;
}

function plural(n, one, many) {
    return n + " " + (n === 1 ? one : many);
}

var format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium",
    timeStyle: "short" });

function timeOf(text) {
    return make("time", { datetime: text }, format.format(new Date(text)));
}

function link(path, text, attributes) {
    return make("a", Object.assign({ href: "#/" + path }, attributes), text);
}

function tagList(tags) {
    if (tags.length === 0) {
        return null;
    }
    return make("div", { class: "tagged" },
        make("span", { class: "hidden" }, "Tags:"),
        make("ul", { class: "tags" }, ...tags.map(function (tag) {
            return make("li", {}, link("tag/" + encodeURIComponent(tag),
                tag, { dir: "auto" }));
        })));
}

function byline(post) {
    return make("p", { class: "byline" },
        make("bdi", {}, post.author), " · ", timeOf(post.created),
        post.changed === post.created ? null : make("span", {},
            " · changed ", timeOf(post.changed)));
}

function alertBox(text) {
    return make("p", { class: "error", role: "alert" }, text);
}

// Shows a view, and puts the focus where its reading begins.
function show(title) {
    var main = byId("main");
    var heading = make("h1", { tabindex: "-1", dir: "auto" }, title);

    main.removeAttribute("aria-busy");
    main.replaceChildren(heading, ...Array.prototype.slice
        .call(arguments, 1).filter(Boolean));
    document.title = title + " – The blog in C";
    if (show.started) {
        heading.focus();
        window.scrollTo(0, 0);
    }
    show.started = true;
    return heading;
}

// Runs a view's calls; until they have ended the old view stays, dimmed.
function load(promise, done) {
    var mine = view;

    byId("main").setAttribute("aria-busy", "true");
    promise.then(function (value) {
        if (mine === view) {
            done(value);
        }
    }).catch(function (error) {
        if (mine === view) {
            show(error.code === 404 ? "There is no such post"
                : "This did not work", alertBox(error.message),
                make("p", {}, make("button", { type: "button",
                    onclick: route }, "Try again"), " ",
                    link("", "All posts")));
        }
    });
}

// ----------------------------------------------------------------- forms

// One field with its label and the place for its error.
function field(form, name, label, options) {
    var id = form + "-" + name;
    var control = make(options.lines ? "textarea" : "input",
        Object.assign({ id: id, name: name, dir: "auto",
            "aria-describedby": id + "-error"
                + (options.hint ? " " + id + "-hint" : "") },
        options.lines ? { rows: options.lines }
            : { type: "text", autocomplete: options.autocomplete || "off" }));

    control.value = options.value || "";
    return make("div", { class: "field" },
        make("label", { for: id }, label),
        options.hint ? make("p", { class: "hint", id: id + "-hint" },
            options.hint) : null,
        control,
        make("p", { class: "error", id: id + "-error", role: "alert",
            hidden: true }));
}

function clearErrors(form) {
    form.querySelectorAll(".error").forEach(function (place) {
        place.textContent = "";
        place.hidden = true;
    });
    form.querySelectorAll("[aria-invalid]").forEach(function (control) {
        control.removeAttribute("aria-invalid");
    });
}

// A fault that begins with the name of a field is shown at that field.
function showError(form, error) {
    var name = (/^(\w+)/.exec(error.message) || [])[1];
    var control = error.code === -32602 ? form.elements[name] : null;
    var place = control ? byId(control.id + "-error")
        : form.querySelector(".whole");

    place.textContent = control || error.code !== -32602 ? error.message
        : "The server did not take it: " + error.message;
    place.hidden = false;
    if (control) {
        control.setAttribute("aria-invalid", "true");
        control.focus();
    }
}

// A form of fields with one button. While its call is under way nothing in
// it can be changed or sent again.
function formOf(options, fields, send, done) {
    var button = make("button", { type: "submit" }, options.button);
    var set = make("fieldset", {},
        make("legend", { class: "hidden" }, options.label), ...fields,
        make("p", { class: "error whole", role: "alert", hidden: true }),
        make("p", { class: "buttons" }, button, options.beside || null));
    var form = make("form", { id: options.id, novalidate: true }, set);

    form.addEventListener("submit", function (event) {
        var values = {};

        event.preventDefault();
        clearErrors(form);
        form.querySelectorAll("input, textarea").forEach(function (control) {
            values[control.name] = control.value;
        });
        set.disabled = true;
        form.setAttribute("aria-busy", "true");
        button.textContent = options.busy;
        say(options.busy);
        send(values).then(function (value) {
            settle(false);
            done(value, form);
        }, function (error) {
            settle(true);
            showError(form, error);
        });
    });

    function settle(failed) {
        set.disabled = false;
        form.removeAttribute("aria-busy");
        button.textContent = options.button;
        say("");
        if (failed && form.isConnected) {
            button.focus();
        }
    }
    return form;
}

function splitTags(text) {
    return text.split(",").map(function (tag) {
        return tag.trim();
    }).filter(function (tag, i, all) {
        return tag !== "" && all.indexOf(tag) === i;
    });
}

// The name that was given last, for the next time; where the browser keeps
// nothing, it is typed again.
function knownName(name) {
    try {
        if (name !== undefined) {
            localStorage.setItem("blog-name", name);
        }
        return localStorage.getItem("blog-name") || "";
    } catch (ignored) {
        return "";
    }
}

// ----------------------------------------------------------------- views

function card(post) {
    return make("article", { class: "card" },
        make("h2", { dir: "auto" }, link("post/" + post.id, post.title)),
        byline(post),
        make("p", { class: "excerpt", dir: "auto" }, post.excerpt),
        make("div", { class: "foot" }, tagList(post.tags),
            link("post/" + post.id, plural(post.comments, "comment",
                "comments"), { class: "count" })));
}

function pager(path, page) {
    var last = page.offset + page.posts.length;

    if (page.total <= PAGE && page.offset === 0) {
        return null;
    }
    return make("nav", { class: "pager", "aria-label": "Pages" },
        page.offset > 0 ? link(path + "?" + Math.max(0, page.offset - PAGE),
            "← Newer", { rel: "prev" }) : make("span", {}),
        make("span", {}, page.posts.length === 0 ? "Nothing here"
            : (page.offset + 1) + " to " + last + " of " + page.total),
        last < page.total ? link(path + "?" + last, "Older →",
            { rel: "next" }) : make("span", {}));
}

function listView(title, path, promise, empty) {
    load(promise, function (page) {
        show(title, page.total === 0 ? empty
            : make("p", { class: "hint" }, plural(page.total, "post",
                "posts") + ", the newest first"),
            make("div", { class: "cards" }, ...page.posts.map(card)),
            pager(path, page));
        shown = { isList: true };
    });
}

function allView(offset) {
    listView("Posts", "", call("list_posts", { offset: offset,
        limit: PAGE }, true), make("p", { class: "notice" },
        "No posts yet. ", link("new", "Write the first one"), "."));
}

function tagView(tag, offset) {
    listView("Posts with the tag " + tag, "tag/" + encodeURIComponent(tag),
        call("list_posts", { offset: offset, limit: PAGE, tag: tag }, true),
        make("p", { class: "notice" }, "No post has this tag."));
}

function searchView(text, offset) {
    byId("search-text").value = text;
    listView("Search: " + text, "search/" + encodeURIComponent(text),
        call("search", { text: text, offset: offset, limit: PAGE }, true),
        make("p", { class: "notice" }, "Nothing found."));
}

function comment(value) {
    return make("li", { class: "comment", "data-id": String(value.id) },
        make("p", { class: "byline" }, make("bdi", {}, value.author), " · ",
            timeOf(value.created)),
        make("p", { class: "text", dir: "auto" }, value.body));
}

// The comments of a post as they are shown: `loaded` of them without a gap,
// `total` that there are, as far as is known.
function makeThread(post, page) {
    var thread = { post: post.id, ids: new Set(), loaded: 0,
        list: make("ol", { class: "comments" }),
        heading: make("h2", { id: "comments" }),
        more: null };

    thread.more = moreComments(thread);
    addPage(thread, page);
    return thread;
}

// Puts a comment where it belongs, once; tells whether it was not there.
function addComment(thread, value) {
    if (thread.ids.has(value.id)) {
        return false;
    }
    thread.ids.add(value.id);
    thread.list.insertBefore(comment(value),
        Array.prototype.find.call(thread.list.children, function (other) {
            return Number(other.dataset.id) > value.id;
        }) || null);
    return true;
}

function showCount(thread) {
    thread.heading.textContent = plural(thread.total, "comment", "comments");
    thread.more.hidden = thread.loaded >= thread.total;
}

// What was asked for from `loaded` on; tells how many were not there.
function addPage(thread, page) {
    var added = page.comments.filter(function (value) {
        return addComment(thread, value);
    }).length;

    thread.loaded = page.offset + page.comments.length;
    thread.total = page.total;
    if (thread.loaded >= thread.total) {
        thread.loaded = thread.total = thread.ids.size;
    }
    showCount(thread);
    return added;
}

// One that has just been written, here or elsewhere.
function addNewComment(thread, value) {
    if (!addComment(thread, value)) {
        return false;
    }
    if (thread.loaded === thread.total) {
        thread.loaded++;
    }
    thread.total++;
    showCount(thread);
    return true;
}

// A button for the comments that the first call did not bring.
function moreComments(thread) {
    var error = make("p", { class: "error", role: "alert", hidden: true });
    var button = make("button", { type: "button", class: "plain",
        onclick: function () {
            button.disabled = true;
            error.hidden = true;
            call("list_comments", { post: thread.post,
                offset: thread.loaded, limit: COMMENTS }, true)
                .then(function (page) {
                    button.disabled = false;
                    addPage(thread, page);
                }, function (fault) {
                    button.disabled = false;
                    error.textContent = fault.message;
                    error.hidden = false;
                });
        } }, "More comments");

    return make("div", {}, button, error);
}

function commentForm(thread) {
    var form = formOf({ id: "comment", label: "Write a comment",
        button: "Send the comment", busy: "Sending …" },
    [ field("comment", "author", "Your name", { value: knownName(),
        autocomplete: "name" }),
    field("comment", "body", "Comment", { lines: 4 }) ],
    function (values) {
        knownName(values.author);
        return call("add_comment", { post: thread.post,
            author: values.author, body: values.body }, false);
    }, function (value) {
        addNewComment(thread, value);
        form.elements.body.value = "";
        form.elements.body.focus();
        say("Your comment is there.");
    });

    return form;
}

function removePost(post, button, place) {
    var dialog = byId("confirm");

    dialog.returnValue = "keep";
    dialog.onclose = function () {
        if (dialog.returnValue !== "delete") {
            return;
        }
        button.disabled = true;
        place.hidden = true;
        shown.isLeft = true;
        say("Deleting …");
        call("delete_post", { id: post.id }, false).then(function () {
            say("The post is deleted.");
            location.hash = "#/";
        }, function (error) {
            shown.isLeft = false;
            button.disabled = false;
            button.focus();
            say("");
            place.textContent = error.message;
            place.hidden = false;
        });
    };
    dialog.showModal();
}

function postView(id) {
    load(Promise.all([ call("get_post", { id: id }, true),
        call("list_comments", { post: id, offset: 0, limit: COMMENTS },
            true) ]), function (values) {
        var post = values[0];
        var page = values[1];
        var thread = makeThread(post, page);
        var place = make("p", { class: "error", role: "alert",
            hidden: true });
        var button = make("button", { type: "button", class: "plain danger",
            onclick: function () { removePost(post, button, place); } },
        "Delete");

        show(post.title, byline(post),
            make("div", { class: "text body", dir: "auto" }, post.body),
            tagList(post.tags),
            make("p", { class: "buttons" },
                link("edit/" + post.id, "Edit", { class: "button plain" }),
                button),
            place,
            make("section", { "aria-labelledby": "comments" },
                thread.heading, thread.list, thread.more,
                make("h3", {}, "Write a comment"), commentForm(thread)));
        shown = { id: post.id, revision: post.revision, thread: thread };
        if (thread.loaded >= thread.total) {
            recent.forEach(commentAdded);
        }
    });
}

function postFields(post) {
    return [
        field("post", "title", "Title", { value: post.title }),
        post.id ? null : field("post", "author", "Your name",
            { value: post.author, autocomplete: "name" }),
        field("post", "body", "Text", { value: post.body, lines: 14,
            hint: "Plain text: line breaks are kept, markup is shown as it "
                + "is." }),
        field("post", "tags", "Tags", { value: post.tags.join(", "),
            hint: "Up to 10, with commas between them." })
    ].filter(Boolean);
}

function opened(post) {
    location.hash = "#/post/" + post.id;
}

function newView() {
    show("Write a post", formOf({ id: "post", label: "Write a post",
        button: "Publish", busy: "Publishing …",
        beside: link("", "Cancel", { class: "button plain" }) },
    postFields({ title: "", author: knownName(), body: "", tags: [] }),
    function (values) {
        knownName(values.author);
        return call("add_post", { title: values.title,
            author: values.author, body: values.body,
            tags: splitTags(values.tags) }, false);
    }, opened));
}

function editView(id) {
    load(call("get_post", { id: id }, true), function (post) {
        show("Edit a post", formOf({ id: "post", label: "Edit a post",
            button: "Save", busy: "Saving …",
            beside: link("post/" + id, "Cancel",
                { class: "button plain" }) },
        postFields(post), function (values) {
            return call("update_post", { id: id, title: values.title,
                body: values.body, tags: splitTags(values.tags),
                revision: post.revision }, false);
        }, opened));
    });
}

// ------------------------------------------------------------------ live
// What others do is published to whoever has subscribed to it. Without a
// WebSocket the page goes without.

// The last comments that were published: one may come before the view of its
// post, whose call was answered earlier.
var recent = [];

// Words above the view's content, with what to do about them.
function notice(text, button) {
    var old = byId("news");
    var place = make("p", { class: "notice", id: "news" }, text + " ",
        button ? make("button", { type: "button", class: "plain",
            onclick: route }, button) : null);

    if (old) {
        old.remove();
    }
    byId("main").querySelector("h1").after(place);
    say(text);
}

function commentAdded(value) {
    var thread = shown.thread;

    if (thread && thread.post === value.post
        && addNewComment(thread, value)) {
        say("A new comment by " + value.author + ".");
    }
}

function postChanged(post) {
    if (shown.isList && post.change === "added") {
        notice("There is a new post.", "Show it");
    } else if (shown.id === post.id && !shown.isLeft) {
        if (post.change === "deleted") {
            notice("This post has just been deleted.", null);
        } else if (post.revision > shown.revision) {
            notice("This post has just been changed.", "Show the change");
        }
    }
}

// What was missed, asked for behind the subscriptions on the same
// connection: nothing is between the two. Where there is a button for more,
// it brings that.
function catchUp(peer) {
    var thread = shown.thread;

    if (thread && thread.loaded >= thread.total) {
        peer.$call(PREFIX + "list_comments", { post: thread.post,
            offset: thread.loaded, limit: COMMENTS }).then(function (page) {
            var added = addPage(thread, page);

            if (added > 0) {
                say(plural(added, "new comment", "new comments") + ".");
            }
        }, function () { /* the next time */ });
    }
}

function follow() {
    var place = byId("live");
    var isLive = false;
    var peer;

    if (typeof Rpc !== "function" || typeof WebSocket !== "function") {
        return;
    }
    peer = new Rpc(ENDPOINT, { transport: "websocket" });
    peer.$connection.addEventListener("open", function () {
        catchUp(peer);
        place.textContent = isLive ? "yes" : place.textContent;
    });
    peer.$connection.addEventListener("close", function () {
        if (isLive) {
            place.textContent = "the connection is lost, trying again";
        } else {
            peer.$connection.close();
        }
    });
    Promise.all([ peer.$on(PREFIX + "comment_added", function (value) {
        recent = recent.concat([ value ]).slice(-COMMENTS);
        commentAdded(value);
    }), peer.$on(PREFIX + "post_changed", postChanged) ]).then(function () {
        isLive = true;
        place.textContent = "yes";
    }, function () {
        peer.$connection.close();
    });
}

// --------------------------------------------------------------- routing

// "#/tag/x?20" is the view tag, of "x", from the 20th post on.
function route() {
    var parts = /^#\/([a-z]*)\/?([^?]*)(?:\?(\d{1,9}))?$/
        .exec(location.hash || "#/");
    var offset, argument;

    view++;
    shown = {};
    if (!parts) {
        allView(0);
        return;
    }
    offset = Number(parts[3] || 0);
    try {
        argument = decodeURIComponent(parts[2]);
    } catch (ignored) {
        argument = parts[2];
    }
    if (parts[1] !== "search") {
        byId("search-text").value = "";
    }
    clearErrors(byId("search"));
    switch (parts[1]) {
    case "new":
        newView();
        break;
    case "post":
        postView(Number(argument));
        break;
    case "edit":
        editView(Number(argument));
        break;
    case "tag":
        tagView(argument, offset);
        break;
    case "search":
        searchView(argument, offset);
        break;
    default:
        allView(offset);
    }
}

byId("search").addEventListener("submit", function (event) {
    var text = byId("search-text").value.trim();

    event.preventDefault();
    if (text === "") {
        byId("search-text").focus();
        return;
    }
    location.hash = "#/search/" + encodeURIComponent(text);
});

// Not by the address: that one tells the view.
byId("skip").addEventListener("click", function (event) {
    event.preventDefault();
    byId("main").focus();
});

window.addEventListener("hashchange", route);
route();
follow();

}());
