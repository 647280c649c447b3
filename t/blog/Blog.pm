# SPDX-License-Identifier: Apache-2.0
# What the blog's tests share: a server with a database, calls, and the suite
# that holds for every database. For t/blog/*.t.
package Blog;

use strict;
use warnings;
use utf8;
use JSON::PP ();
use Test::More;
use Time::HiRes ();
use RpcTest;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

# The configuration of an endpoint with the blog on a database.
sub conf {
    my ($driver, $params, $more) = @_;
    return "DBDriver $driver\nDBDParams \"$params\"\n" . ($more || '')
        . "<Location \"/rpc\">\nSetHandler rpc\nRpcHandler blog blog\n"
        . "</Location>\n";
}

# With more workers than any test has clients at once: httpd complains when
# all are busy.
sub httpd {
    my ($conf, %options) = @_;
    return RpcTest::httpd($conf, modules => ['rpc', 'blog'],
        system => ['dbd'], threads => 16, %options);
}

sub post {
    my ($server, $body) = @_;
    my $r = RpcTest::post($server->url('/rpc'), 'application/json', $body);
    return $json->decode($r->{body});
}

# One call: (result, undef) or (undef, error).
sub call {
    my ($server, $method, $params) = @_;
    my $answer = post($server, $json->encode({ jsonrpc => '2.0', id => 1,
        method => "blog.$method", params => $params || {} }));
    return ($answer->{result}, $answer->{error});
}

# The result, or a test that fails.
sub result {
    my ($server, $method, $params) = @_;
    my ($result, $error) = call($server, $method, $params);
    fail("$method: " . $json->encode($error)) if $error;
    return $result;
}

# A call that must fail with a code and with words.
sub refused {
    my ($server, $method, $params, $code, $words, $name) = @_;
    my ($result, $error) = call($server, $method, $params);
    my $text = $error ? $error->{data} || $error->{message} : 'no error';
    is($error && $error->{code}, $code, "$name: code $code") or diag($text);
    like($text, $words, "$name: $text");
    return;
}

# A fault that the database is to blame for comes in bounded time, tells an
# id, nothing of the database's own words, and its line is in the log.
sub broken {
    my ($server, $method, $params, $code, $name) = @_;
    my $start = Time::HiRes::time();
    my ($result, $error) = call($server, $method, $params);
    my $took = Time::HiRes::time() - $start;
    my $text = $error ? $error->{data} || $error->{message} : 'no error';
    is($error && $error->{code}, $code, "$name: code $code") or diag($text);
    cmp_ok($took, '<', 8, sprintf('%s: in time (%.1f s)', $name, $took));
    my ($id) = $text =~ /\(id ([0-9a-f]{8})\)$/;
    ok($id, "$name: an id: $text");
    unlike($text, qr/sqlite|relation|is locked|unable|connection to|\//i,
        "$name: no words of the database's own");
    my $log = RpcTest::slurp($server->error_log);
    ok(defined $id && $log =~ /mod_rpc_blog: blog\.\w+ failed \(id $id\): \S/,
        "$name: the error log has the reason");
    RpcTest::allow_log(qr/mod_rpc_blog: blog\.\w+ failed \(id /);
    return;
}

sub add {
    my ($server, %post) = @_;
    return result($server, 'add_post', { title => 'A title',
        author => 'Ada', body => 'A body', %post });
}

sub titles {
    my ($page) = @_;
    return [ map { $_->{title} } @{ $page->{posts} } ];
}

sub works {
    my ($server, $name) = @_;
    my ($added, $error) = call($server, 'add_post', { title => $name,
        author => 'Ada', body => 'x' });
    ok(!$error && $added->{title} eq $name, "it works: $name")
        or diag($json->encode($error));
    return;
}

# ------------------------------------------------------------- the suite

sub posts {
    my ($server) = @_;
    my $page = result($server, 'list_posts');
    is_deeply($page, { total => 0, offset => 0, posts => [] },
        'a new blog is empty');
    my $post = add($server, title => 'First', body => "Line 1\nLine 2",
        tags => ['b', 'a']);
    like($post->{created}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
        'its time');
    is($post->{changed}, $post->{created}, 'never changed');
    my $id = delete $post->{id};
    my $created = $post->{created};
    delete @$post{qw(created changed)};
    is_deeply($post, { title => 'First', author => 'Ada',
        body => "Line 1\nLine 2", tags => ['b', 'a'], revision => 1,
        comments => 0 }, 'a post as it was added');
    is_deeply(result($server, 'get_post', [$id]), { %$post, id => $id,
        created => $created, changed => $created }, 'and as it is read');

    my $changed = result($server, 'update_post', { id => $id,
        title => 'Second', revision => 1 });
    is($changed->{title}, 'Second', 'a new title');
    is($changed->{body}, "Line 1\nLine 2", 'what is not given stays');
    is_deeply($changed->{tags}, ['b', 'a'], 'and the tags');
    is($changed->{revision}, 2, 'another revision');
    isnt($changed->{changed}, $created, 'the time of the change');
    refused($server, 'update_post', { id => $id, title => 'Third',
        revision => 1 }, 409, qr/changed meanwhile: its revision is 2, not 1/,
        'an edit of what another has edited');
    $changed = result($server, 'update_post', { id => $id, body => 'New',
        tags => ['c'] });
    is_deeply([ @$changed{qw(title body revision)}, @{ $changed->{tags} } ],
        ['Second', 'New', 3, 'c'], 'without a revision the last one wins');
    is(result($server, 'delete_post', [$id]), JSON::PP::true(), 'deleted');
    return;
}

sub unknown {
    my ($server) = @_;
    for my $id (4711, -1, 0, '9223372036854775807') {
        my $n = $id + 0;
        my $words = qr/^there is no post \Q$id\E$/;
        refused($server, 'get_post', [$n], 404, $words, 'get_post');
        refused($server, 'update_post', [$n, 'x'], 404, $words,
            'update_post');
        refused($server, 'delete_post', [$n], 404, $words, 'delete_post');
        refused($server, 'add_comment', [$n, 'a', 'b'], 404, $words,
            'add_comment');
        refused($server, 'list_comments', [$n], 404, $words,
            'list_comments');
    }
    is(result($server, 'list_posts')->{total}, 0, 'nothing is left of it');
    return;
}

sub lists {
    my ($server) = @_;
    add($server, title => "Post $_", body => "100% of $_ under_score",
        tags => [$_ % 2 ? 'odd' : 'even', "n$_"]) for 1 .. 12;
    my $page = result($server, 'list_posts');
    is($page->{total}, 12, 'all are counted');
    is_deeply(titles($page), [ map { "Post $_" } reverse 3 .. 12 ],
        'ten, the newest first');
    is_deeply($page->{posts}[0]{tags}, ['even', 'n12'], 'with their tags');
    is($page->{posts}[9]{excerpt}, '100% of 3 under_score', 'and excerpts');
    ok(!exists $page->{posts}[0]{body}, 'without their bodies');
    is_deeply(titles(result($server, 'list_posts', [10])),
        ['Post 2', 'Post 1'], 'the second page');
    is_deeply(titles(result($server, 'list_posts', [50])), [], 'behind it');
    is_deeply(titles(result($server, 'list_posts', [1, 2, 'odd'])),
        ['Post 9', 'Post 7'], 'a page of a tag');
    is(result($server, 'list_posts', { tag => 'odd' })->{total}, 6,
        'the posts of a tag are counted');
    is(result($server, 'list_posts', { tag => 'od' })->{total}, 0,
        'a part of a tag is no tag');
    is_deeply(titles(result($server, 'search', ['post 1'])),
        ['Post 12', 'Post 11', 'Post 10', 'Post 1'],
        'a search, whatever the case');
    is_deeply(titles(result($server, 'search', ['N7'])), ['Post 7'],
        'a search in tags');
    is(result($server, 'search', ['0% OF 5'])->{total}, 1, 'in bodies');
    is(result($server, 'search', [$_])->{total}, $_ eq '_' ? 12 : 0,
        "a search for $_ means $_") for '_', '%%', '!', "'", '\\', '1_';
    is_deeply(titles(result($server, 'search', ['under', 2, 3])),
        ['Post 10', 'Post 9', 'Post 8'], 'a page of what was found');
    result($server, 'delete_post', [$_->{id}])
        for @{ result($server, 'list_posts', [0, 100])->{posts} };
    is(result($server, 'search', ['n7'])->{total}, 0, 'tags go with a post');
    return;
}

sub comments {
    my ($server) = @_;
    my $post = add($server)->{id};
    my $other = add($server)->{id};
    my $comment = result($server, 'add_comment', [$post, 'Bob', 'First']);
    is_deeply([ sort keys %$comment ], [qw(author body created id)],
        'what a comment has');
    result($server, 'add_comment', [$post, 'Eve', "Comment $_"]) for 2 .. 5;
    result($server, 'add_comment', [$other, 'Eve', 'elsewhere']);
    my $page = result($server, 'list_comments', [$post]);
    is($page->{total}, 5, 'comments are counted');
    is_deeply([ map { $_->{body} } @{ $page->{comments} } ],
        ['First', map { "Comment $_" } 2 .. 5], 'the oldest first');
    is_deeply($page->{comments}[0], $comment, 'as they were added');
    $page = result($server, 'list_comments', [$post, 3, 1]);
    is_deeply([ map { $_->{body} } @{ $page->{comments} } ], ['Comment 4'],
        'a page of them');
    is(result($server, 'get_post', [$post])->{comments}, 5,
        'a post knows how many');
    is(result($server, 'list_posts')->{posts}[0]{comments}, 1,
        'and in a list');
    result($server, 'delete_post', [$_]) for $post, $other;
    refused($server, 'list_comments', [$post], 404, qr/no post/,
        'comments go with their post');
    return;
}

# Text that means something to somebody: here it means itself.
sub hostile_texts {
    return ('<script>alert(1)</script>', '<img src=x onerror="alert(1)">',
        '&lt;b&gt; &amp; &#60;', ']]> <!-- -- > <![CDATA[',
        q{'); DROP TABLE blog_post; --}, q{" OR ""="}, q{\\'\\" \\\\ \\n},
        '%s %d %n %lld %%', '$1 ?1 :a @b', '{{7*7}} ${7*7} #{7*7}',
        'javascript:alert(1)', '../../../etc/passwd', 'NULL', '0', '-1e5',
        "\x{1f600}\x{1f469}\x{200d}\x{1f4bb}", "\x{202e}desrever\x{202c}",
        "e\x{301}\x{323}", "\x{5e9}\x{5dc}\x{5d5}\x{5dd}", "\x{fffd}\x{10ffff}",
        "nbsp\x{a0}", "del\x{7f}\x{85}", ' blanks around ');
}

sub hostile {
    my ($server) = @_;
    for my $text (hostile_texts()) {
        (my $name = $json->encode($text)) =~ s/[^ -~]/?/g;
        my $tag = substr $text, 0, 40;
        my $post = add($server, title => $text, author => $text,
            body => "$text\r\n\t$text\n", tags => [$tag]);
        my $comment = result($server, 'add_comment',
            [$post->{id}, $text, $text]);
        my $read = result($server, 'get_post', [$post->{id}]);
        is_deeply([ @$read{qw(title author body)}, $read->{tags}[0] ],
            [$text, $text, "$text\r\n\t$text\n", $tag], "a post of $name");
        is_deeply(result($server, 'list_comments', [$post->{id}])->{comments},
            [$comment], 'a comment of it');
        is(result($server, 'list_posts', { tag => $tag })->{total}, 1,
            'a list of it');
        is(result($server, 'search', [$text])->{posts}[0]{title}, $text,
            'a search for it');
    }
    my $r = RpcTest::post($server->url('/rpc'), 'text/xml',
        '<methodCall><methodName>blog.list_posts</methodName><params>'
        . '<param><value><int>0</int></value></param>'
        . '<param><value><int>100</int></value></param></params>'
        . '</methodCall>');
    unlike($r->{body}, qr/<fault>/, 'all of it by XML-RPC');
    like($r->{body}, qr{<name>created</name><value><dateTime\.iso8601>\d{8}T},
        'times are dateTime');
    like($r->{body}, qr/&lt;script&gt;alert\(1\)&lt;\/script&gt;/i,
        'with its markup escaped');
    result($server, 'delete_post', [$_->{id}])
        for @{ result($server, 'list_posts', [0, 100])->{posts} };
    return;
}

# Field, value, and what the fault says.
sub refusals {
    return (
        [title => '', 'title is empty: expected 1 to 200 characters'],
        [title => " \t", 'title must not hold the character U+0009, its 2.'],
        [title => '   ', 'title is empty: expected 1 to 200 characters'],
        [title => "a\nb", 'title must not hold the character U+000A, its 2.'],
        [title => "\x{e4}\0b",
            'title must not hold the character U+0000, its 2.'],
        [title => "\x{1f600}" x 201,
            'title is too long: expected at most 200 characters, got 201'],
        [author => '', 'author is empty: expected 1 to 80 characters'],
        [author => 'x' x 81,
            'author is too long: expected at most 80 characters, got 81'],
        [author => "x\x{fffe}",
            'author must not hold the character U+FFFE, its 2.'],
        [body => '', 'body is empty: expected 1 to 50000 characters'],
        [body => "a\x{1b}[31m",
            'body must not hold the character U+001B, its 2.'],
        [body => "a\0", 'body must not hold the character U+0000, its 2.'],
        [body => 'x' x 50001,
            'body is too long: expected at most 50000 characters, got 50001'],
        [tags => ['a', ''], 'tags[1] is empty: expected 1 to 40 characters'],
        [tags => ['x' x 41],
            'tags[0] is too long: expected at most 40 characters, got 41'],
        [tags => ['a', 'b', 'a'], 'tags[2] is the same as tags[0]'],
        [tags => ["\x01"],
            'tags[0] must not hold the character U+0001, its 1.'],
        [tags => [1 .. 11], 'tags are too many: expected at most 10, got 11'],
    );
}

sub limits {
    my ($server) = @_;
    my $id = add($server, title => "\x{1f600}" x 200,
        author => "\x{e4}" x 80, body => "\x{20ac}" x 50000,
        tags => [ map { sprintf "%040d", $_ } 1 .. 10 ])->{id};
    my $post = result($server, 'get_post', [$id]);
    is(length $post->{body}, 50000, 'the longest of everything is taken');
    is(result($server, 'list_posts')->{posts}[0]{excerpt},
        "\x{20ac}" x 300, 'an excerpt ends between two characters');
    for (refusals()) {
        my ($field, $value, $words) = @$_;
        $value = [ map { "$_" } @$value ] if ref $value;
        my %post = (title => 't', author => 'a', body => 'b',
            $field => $value);
        refused($server, 'add_post', \%post, -32602, qr/^\Q$words\E$/,
            "add_post, $field");
        next if $field eq 'author';
        refused($server, 'update_post', { id => $id, $field => $value },
            -32602, qr/^\Q$words\E$/, "update_post, $field");
    }
    refused($server, 'add_comment', [$id, 'x' x 81, 'b'], -32602,
        qr/^author is too long: expected at most 80/, 'add_comment');
    refused($server, 'add_comment', [$id, 'x', 'b' x 5001], -32602,
        qr/^body is too long: expected at most 5000 characters, got 5001$/,
        'add_comment');
    refused($server, 'search', ['x' x 101], -32602,
        qr/^text is too long: expected at most 100/, 'search');
    refused($server, 'list_posts', { tag => "\0" }, -32602,
        qr/^tag must not hold the character U\+0000/, 'list_posts');
    for (['list_posts'], [search => text => 'x'],
        [list_comments => post => $id]) {
        my ($method, @more) = @$_;
        refused($server, $method, { @more, offset => -1 }, -32602,
            qr/^offset is out of range: expected 0 to 1000000000, got -1$/,
            $method);
        refused($server, $method, { @more, limit => $_ }, -32602,
            qr/^limit is out of range: expected 1 to 100, got $_$/, $method)
            for 0, 101;
    }
    is(result($server, 'get_post', [$id])->{revision}, 1,
        'what was refused has changed nothing');
    result($server, 'delete_post', [$id]);
    return;
}

sub http {
    my ($server) = @_;
    my $r = RpcTest::get($server->url('/rpc?jsonrpc=2.0&id=1&method='
        . 'blog.list_posts&params=%7B%22limit%22:1%7D'));
    is($r->{status}, 200, 'a safe method by GET');
    is($json->decode($r->{body})->{result}{total}, 0, 'and its result');
    $r = RpcTest::get($server->url('/rpc?jsonrpc=2.0&id=1&method=blog.'
        . "$_&params=%5B1,%221%22,%221%22%5D"))
        and is($r->{status}, 405, "$_ is none")
        for qw(add_post update_post delete_post add_comment);
    is(result($server, 'list_posts')->{total}, 0, 'none was called');

    my $answers = post($server, $json->encode([ map { { jsonrpc => '2.0',
        id => $_, method => 'blog.add_post', params => ["B $_", 'a',
        $_ == 2 ? '' : 'b'] } } 1 .. 3 ]));
    is_deeply([ map { $_->{error}{code} } @$answers ],
        [undef, -32602, undef], 'a batch: each call is one transaction');
    is_deeply(titles(result($server, 'list_posts')), ['B 3', 'B 1'],
        'what it has left');
    result($server, 'delete_post', [$_->{id}])
        for @{ result($server, 'list_posts', [0, 100])->{posts} };
    return;
}

# Several writers at once lose nothing.
sub crowd {
    my ($server, $writers, $each) = @_;
    my $post = add($server)->{id};
    my @children;
    for my $writer (1 .. $writers) {
        my $pid = fork;
        die "cannot fork: $!\n" if !defined $pid;
        if (!$pid) {
            my $bad = 0;
            for my $n (1 .. $each) {
                my ($result, $error) = call($server, $n % 2 ? 'add_comment'
                    : 'update_post', $n % 2 ? [$post, "w$writer", "c$n"]
                    : { id => $post, body => "$writer $n" });
                $bad++ if $error;
            }
            POSIX::_exit($bad);
        }
        push @children, $pid;
    }
    my $bad = 0;
    for (@children) {
        waitpid $_, 0;
        $bad += $? >> 8;
    }
    is($bad, 0, "$writers writers at once: no call failed");
    is(result($server, 'list_comments', [$post])->{total},
        $writers * int(($each + 1) / 2), 'no comment is lost');
    is(result($server, 'get_post', [$post])->{revision},
        1 + $writers * int($each / 2), 'and no edit');
    result($server, 'delete_post', [$post]);
    return;
}

sub suite {
    my ($server) = @_;
    subtest('posts' => sub { posts($server) });
    subtest('unknown posts' => sub { unknown($server) });
    subtest('lists' => sub { lists($server) });
    subtest('comments' => sub { comments($server) });
    subtest('hostile texts' => sub { hostile($server) });
    subtest('limits' => sub { limits($server) });
    subtest('HTTP and batches' => sub { http($server) });
    subtest('a crowd' => sub { crowd($server, 6, 8) });
    return;
}

1;
