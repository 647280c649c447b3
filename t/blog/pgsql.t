#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The blog on PostgreSQL: the suite that SQLite passes, by changing two lines
# of the configuration; and a server that is locked, full, down or new.
use strict;
use warnings;
use lib 't/lib', 't/blog';
use Test::More;
use Time::HiRes ();
use Blog;
use Postgres;
use RpcTest;

plan skip_all => 'no PostgreSQL server is installed' if !Postgres::programs();
plan skip_all => 'PostgreSQL refuses to run as root' if $> == 0;
my ($no_driver) = RpcTest::config_test("DBDriver pgsql\n", modules => ['rpc'],
    system => ['dbd']);
plan skip_all => 'libaprutil1-dbd-pgsql is not installed' if $no_driver;

my $database = Postgres->new->start;
my $server = Blog::httpd(Blog::conf('pgsql', $database->params));

# mod_dbd's own lines about a server that is not there.
RpcTest::allow_log(qr/AH006\d\d|AH02655|DBD.*(?:rror|connect)/);

Blog::suite($server);

subtest('locked' => sub {
    my $pid = open(my $psql, '|-', $database->psql)
        or die "psql: $!\n";
    print {$psql} "BEGIN;\nLOCK TABLE blog_post IN ACCESS EXCLUSIVE MODE;\n"
        . "\\! touch $database->{dir}/held\n";
    $psql->flush;
    for (1 .. 200) {
        last if -e "$database->{dir}/held";
        Time::HiRes::sleep(0.05);
    }
    ok(-e "$database->{dir}/held", 'another session holds a lock');
    Blog::broken($server, 'list_posts', {}, -32000, 'a read');
    Blog::broken($server, 'add_post', ['t', 'a', 'b'], -32000, 'a write');
    close $psql;
    Blog::works($server, 'after the lock');
});

subtest('full' => sub {
    $database->sql(<<'SQL');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device'
USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON blog_tag FOR EACH ROW
EXECUTE FUNCTION refuse();
SQL
    my $before = Blog::result($server, 'list_posts')->{total};
    Blog::broken($server, 'add_post', ['t', 'a', 'b', ['tag']], 507,
        'a post that fits but for its tag');
    is(Blog::result($server, 'list_posts')->{total}, $before,
        'nothing of it is left');
    $database->sql('DROP TRIGGER refuse ON blog_tag');
    Blog::works($server, 'when there is space again');
});

subtest('restarted' => sub {
    Blog::works($server, "before $_") for 1 .. 4;
    $database->stop;
    Blog::broken($server, 'list_posts', {}, 503, 'while it is down')
        for 1 .. 3;
    $database->start;
    Blog::works($server, "after $_") for 1 .. 4;
    my $total = Blog::result($server, 'list_posts')->{total};
    $database->stop;
    $database->start;
    is(Blog::result($server, 'list_posts')->{total}, $total,
        'a restart between two calls is not noticed');
    $database->sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
        . 'WHERE pid <> pg_backend_pid() AND backend_type = '
        . "'client backend'");
    is(Blog::result($server, 'list_posts')->{total}, $total,
        'nor is a session that was ended');
});

subtest('gone' => sub {
    $database->sql('DROP TABLE blog_comment, blog_tag, blog_post, '
        . 'blog_schema');
    is(Blog::result($server, 'list_posts')->{total}, 0,
        'without its tables the blog is empty');
    Blog::works($server, 'in new tables');
    $database->sql('UPDATE blog_schema SET version = 99');
    Blog::broken($server, 'list_posts', {}, 503, 'a later version');
    $database->sql('UPDATE blog_schema SET version = 2');
    Blog::works($server, 'with the right version');
});
$server->stop;

subtest('later than httpd' => sub {
    $database->stop;
    RpcTest::expect_log(qr/mod_rpc_blog: no database yet, calls will try/);
    my $early = Blog::httpd(Blog::conf('pgsql', $database->params));
    Blog::broken($early, 'list_posts', {}, 503, 'before it is there');
    $database->start;
    Blog::works($early, 'when it is there');
});

done_testing();
