#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The blog on SQLite: the common suite, and a file that is locked, full,
# gone, replaced, read-only, broken, older or newer.
use strict;
use warnings;
use lib 't/lib', 't/blog';
use Test::More;
use Time::HiRes ();
use Blog;
use RpcTest;

my $dir = RpcTest::logs() . "/blog-sqlite-$$";
mkdir $dir or die "$dir: $!\n";
my $file = "$dir/blog.sqlite";

my ($no_driver) = RpcTest::config_test("DBDriver sqlite3\n",
    modules => ['rpc'], system => ['dbd']);
BAIL_OUT('no apr_dbd_sqlite3: libaprutil1-dbd-sqlite3 is not installed')
    if $no_driver;

# Python's sqlite3 stands for another program at the same file.
sub python {
    my ($text, @arguments) = @_;
    my ($status, $output) = RpcTest::run_command('python3', '-c',
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], "
        . "isolation_level=None)\n$text", @arguments);
    is($status, 0, 'another program at the file') or diag($output);
    return $output;
}

# The same, which holds a lock until the handle is closed.
sub hold {
    my ($sql) = @_;
    my $pid = open(my $out, '|-', 'python3', '-c',
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], "
        . "isolation_level=None)\nfor sql in sys.argv[2].split(';'):\n"
        . "    c.execute(sql).fetchone()\n"
        . "open(sys.argv[1] + '.held', 'w').close()\nsys.stdin.read()",
        $file, $sql) or die "python3: $!\n";
    for (1 .. 200) {
        last if -e "$file.held";
        Time::HiRes::sleep(0.05);
    }
    ok(unlink("$file.held"), 'another program holds a lock');
    return $out;
}

sub spew {
    my ($text) = @_;
    open(my $out, '>:raw', $file) or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
    return;
}

my $conf = Blog::conf('sqlite3', $file);

subtest('the suite' => sub {
    my $server = Blog::httpd($conf);
    for (1 .. 100) {
        last if -s $file;
        Time::HiRes::sleep(0.05);
    }
    ok(-s $file, 'the schema is made at start, before any call');
    Blog::suite($server);
    my $id = Blog::add($server, title => 'It stays')->{id};
    Time::HiRes::sleep(0.5);    # until the last connection is closed
    $server->graceful;
    is(Blog::result($server, 'get_post', [$id])->{title}, 'It stays',
        'after a graceful restart');
    $server->stop;
    $server = Blog::httpd($conf, mpm => 'prefork', threads => 4);
    is(Blog::result($server, 'get_post', [$id])->{title}, 'It stays',
        'after a start, under prefork');
    Blog::crowd($server, 4, 4);
    Blog::result($server, 'delete_post', [$id]);
    # A child of prefork that SIGTERM meets at work destroys its pools where
    # it stands, and APR asserts that no connection was given out.
    Time::HiRes::sleep(0.5);
    $server->stop;
    $server = Blog::httpd(Blog::conf('sqlite3', $file, "DBDPersist Off\n"));
    Blog::works($server, 'without a pool of connections');
});

my $server = Blog::httpd($conf);

subtest('locked' => sub {
    my $held = hold('BEGIN EXCLUSIVE');
    Blog::broken($server, 'list_posts', {}, -32000, 'a read');
    Blog::broken($server, 'add_post', ['t', 'a', 'b'], -32000, 'a write');
    close $held;
    Blog::works($server, 'after the lock');
    my $before = Blog::result($server, 'list_posts')->{total};
    $held = hold('BEGIN;SELECT COUNT(*) FROM blog_post');
    Blog::broken($server, 'add_post', ['t', 'a', 'b'], -32000,
        'a write that cannot be committed');
    is(Blog::result($server, 'list_posts')->{total}, $before,
        'nothing of it is left, and reading goes on');
    close $held;
    Blog::works($server, 'after the reader');
    RpcTest::allow_log(qr/mod_rpc_blog: no database yet/);
});

subtest('gone' => sub {
    rename($dir, "$dir.away") or die "$dir: $!\n";
    Blog::broken($server, 'list_posts', {}, 503, 'without the folder')
        for 1, 2;
    rename("$dir.away", $dir) or die "$dir: $!\n";
    Blog::works($server, 'with the folder again');
    unlink $file or die "$file: $!\n";
    is(Blog::result($server, 'list_posts')->{total}, 0,
        'without its file the blog is empty');
    Blog::works($server, "in a new file, $_") for 1 .. 10;
    is(python('print(c.execute("SELECT COUNT(*) FROM blog_post")'
        . '.fetchone()[0])', $file), "10\n", 'all ten are in the new file');
    spew('This is no database. ' x 200);
    Blog::broken($server, 'list_posts', {}, 503, 'another kind of file');
    unlink $file or die "$file: $!\n";
    Blog::works($server, 'after another kind of file');
    python('c.execute("DROP TABLE blog_schema")', $file);
    python('c.execute("DROP TABLE blog_tag")', $file);
    Blog::broken($server, 'list_posts', {}, -32603, 'without a table');
    unlink $file or die "$file: $!\n";
    Blog::works($server, 'with all tables');
});

SKIP: {
    skip('root may write anything', 1) if $> == 0;
    subtest('read-only' => sub {
        chmod 0444, $file or die "$file: $!\n";
        $server->stop;
        $server = Blog::httpd($conf);
        ok(Blog::result($server, 'list_posts')->{total} > 0, 'it is read');
        Blog::broken($server, 'add_post', ['t', 'a', 'b'], 503, 'a write');
        chmod 0644, $file or die "$file: $!\n";
        $server->stop;
        $server = Blog::httpd($conf);
        Blog::works($server, 'when it may be written');
    });
}
$server->stop;

# A limit in pages takes the place of a disk's. The PRAGMA answers with a
# row, which mod_dbd takes for an error of a statement that should have none.
subtest('full' => sub {
    RpcTest::allow_log(qr/AH00633|AH00632|AH0063\d|DBDInitSQL|init.*SQL/i);
    my $full = Blog::httpd(Blog::conf('sqlite3', $file,
        "DBDInitSQL \"PRAGMA max_page_count = 60\"\n"));
    my $long = 'x' x 50000;
    my ($stored, $error) = (0);
    for (1 .. 20) {
        (undef, $error) = Blog::call($full, 'add_post', ['t', 'a', $long]);
        last if $error;
        $stored++;
    }
    ok($stored > 0 && $stored < 20, "$stored posts of 50 kB fit");
    my $before = Blog::result($full, 'list_posts')->{total};
    Blog::broken($full, 'add_post', ['t', 'a', $long], 507, 'full')
        for 1 .. 3;
    my $page = Blog::result($full, 'list_posts');
    is($page->{total}, $before, 'nothing of it is left, and it can be read');
    Blog::result($full, 'delete_post', [$_->{id}])
        for @{ $page->{posts} }[0 .. 2];
    Blog::works($full, 'when there is space again');
    $full->stop;
});

subtest('older and newer' => sub {
    unlink $file;
    python(<<'PYTHON', $file);
c.executescript("""
CREATE TABLE blog_schema (version BIGINT NOT NULL);
INSERT INTO blog_schema VALUES (1);
CREATE TABLE blog_post (id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL,
    created BIGINT NOT NULL, changed BIGINT NOT NULL);
CREATE TABLE blog_tag (post_id BIGINT NOT NULL REFERENCES blog_post (id),
    place BIGINT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (post_id, tag));
INSERT INTO blog_post VALUES (7, 'Old', 'Ada', 'From version 1',
    1600000000000000, 1600000000000000);
INSERT INTO blog_tag VALUES (7, 0, 'old');
""")
PYTHON
    my $migrated = Blog::httpd($conf);
    is_deeply(Blog::result($migrated, 'get_post', [7]), { id => 7,
        title => 'Old', author => 'Ada', body => 'From version 1',
        created => '2020-09-13T12:26:40Z', changed => '2020-09-13T12:26:40Z',
        revision => 1, comments => 0, tags => ['old'] },
        'a post of version 1');
    Blog::result($migrated, 'add_comment', [7, 'Bob', 'Still here']);
    is(Blog::result($migrated, 'get_post', [7])->{comments}, 1,
        'and what version 2 brought');
    is(python('print(c.execute("SELECT version FROM blog_schema")'
        . '.fetchall())', $file), "[(2,)]\n", 'the version is noted');
    python('c.execute("UPDATE blog_schema SET version = 99")', $file);
    Blog::broken($migrated, 'list_posts', {}, 503, 'a later version');
    like(RpcTest::slurp($migrated->error_log),
        qr/its schema has version 99, this handler knows those up to 2/,
        'the log says it');
    is(python('print(c.execute("SELECT title FROM blog_post").fetchall())',
        $file), "[('Old',)]\n", 'nothing of it was touched');
    python('c.execute("UPDATE blog_schema SET version = 2")', $file);
    Blog::works($migrated, 'with the right version');
});

# Another's prepared statements share the connections, also renewed ones.
subtest('beside another user of mod_dbd' => sub {
    python('c.execute("CREATE TABLE IF NOT EXISTS users (name, word)")',
        $file);
    python('c.execute("INSERT INTO users VALUES (\'ada\', '
        . '\'{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\')")', $file);
    my $shared = Blog::httpd("DBDriver sqlite3\nDBDParams \"$file\"\n"
        . <<'CONF', system => [qw(dbd authn_dbd)], threads => 4);
DBDMax 4
<Location "/rpc">
    SetHandler rpc
    RpcHandler blog blog
    AuthType Basic
    AuthName blog
    AuthBasicProvider dbd
    AuthDBDUserPWQuery "SELECT word FROM users WHERE name = %s"
    Require valid-user
</Location>
CONF
    my $ask = sub {
        my $r = RpcTest::post($shared->url('/rpc'), 'application/json',
            '{"jsonrpc":"2.0","id":1,"method":"blog.list_posts"}',
            authorization => 'Basic YWRhOndvbmRlcmxhbmQ=');
        return $r;
    };
    my $r = $ask->();
    is($r->{status}, 200, 'authenticated by the same database')
        or diag($r->{body});
    rename($file, "$file.old") or die "$file: $!\n";
    require File::Copy;
    File::Copy::copy("$file.old", $file) or die "$file: $!\n";
    for (1 .. 4) {
        $r = $ask->();
        is($r->{status}, 200, 'and after the connection was renewed');
        like($r->{body}, qr/"result"/, 'with a result');
    }
});

subtest('not configured' => sub {
    my $bare = RpcTest::httpd("<Location \"/rpc\">\nSetHandler rpc\n"
        . "RpcHandler blog blog\n</Location>\n", modules => ['rpc', 'blog']);
    RpcTest::expect_log(qr/no database yet, .*: mod_dbd is not loaded/);
    Blog::broken($bare, 'list_posts', {}, 503, 'without mod_dbd');
    $bare->stop;
    $bare = Blog::httpd("<Location \"/rpc\">\nSetHandler rpc\n"
        . "RpcHandler blog blog\n</Location>\n");
    RpcTest::expect_log(qr/no database yet, .*: mod_dbd has no connection/);
    RpcTest::allow_log(qr/AH006\d\d|AH0265[45]/);
    Blog::broken($bare, 'list_posts', {}, 503, 'without a DBDriver');
});

done_testing();
