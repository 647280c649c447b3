# SPDX-License-Identifier: Apache-2.0
# Reads the documents: their code blocks with the notes before them, and the
# commands of a console block with their output. For t/docs and t/interop.
package Document;

use strict;
use warnings;
use RpcTest;

=head1 NOTES

A comment right before a fenced block tells the tests what to do with it:

    <!-- file: NAME -->         console: it is written to that file
    <!-- serve -->              its command is a server: run on, go on
    <!-- serve: COMMAND -->     the same, by this command instead
    <!-- instead: COMMAND -->   run this command, whose output is not compared
    <!-- httpd -->              a configuration: serve it
    <!-- shows: ID -->          what the page shows when that is pressed
    <!-- body -->               C: statements, in a method with `call`
    <!-- from: FILE -->         C: stands so in that file of the sources

=cut

# The fenced blocks of a file: language, text, line, and notes by name.
sub blocks {
    my ($path) = @_;
    my (@blocks, %notes, $block);
    my $number = 0;
    for my $line (split /\n/, RpcTest::slurp(RpcTest::tree() . "/$path")) {
        $number++;
        if ($block) {
            if ($line eq '```') {
                push @blocks, $block;
                undef $block;
            }
            else {
                $block->{text} .= "$line\n";
            }
        }
        elsif ($line =~ /^```(\S*)$/) {
            $block = { language => $1, text => '', line => $number + 1,
                path => $path, notes => {%notes} };
            %notes = ();
        }
        elsif ($line =~ /^<!-- ([a-z]+)(?:: (.*?))? -->$/) {
            $notes{$1} = defined $2 ? $2 : '';
        }
        elsif ($line ne '') {
            %notes = ();
        }
    }
    die "$path: a block has no end\n" if $block;
    return @blocks;
}

# The indented blocks of a file that hold commands, as texts.
sub indented {
    my ($path) = @_;
    my $text = RpcTest::slurp(RpcTest::tree() . "/$path");
    $text =~ s/^```.*?^```$//gms;
    my @found;
    while ($text =~ /^((?:    .*\n|\n(?=    ))+)/gm) {
        (my $block = $1) =~ s/^    //gm;
        $block =~ s/\A\n+|\n+\z//g;
        push @found, "$block\n" if $block =~ /^\$ /;
    }
    return @found;
}

# Whether the shell would go on reading after this text.
sub is_open {
    my ($command) = @_;
    return 1 if $command =~ /\\\n\z/;
    my ($status) = RpcTest::run_command('sh', '-n', '-c', $command);
    return $status != 0;
}

# [command, output] pairs of a console block. A command begins with "$ " and
# goes on as long as the shell would read on.
sub commands {
    my ($text) = @_;
    my (@pairs, $open);
    for my $line (split /^/, $text) {
        if ($open) {
            $pairs[-1][0] .= $line;
            $open = is_open($pairs[-1][0]);
        }
        elsif ($line =~ s/^\$ //) {
            push @pairs, [ $line, '' ];
            $open = is_open($line);
        }
        elsif (@pairs) {
            $pairs[-1][1] .= $line;
        }
        else {
            die "a console block begins with its output: $line";
        }
    }
    die "a command has no end: $pairs[-1][0]" if $open;
    chomp $_->[0] for @pairs;
    return @pairs;
}

# Output as a pattern: a line of dots stands for any lines.
sub pattern {
    my ($output) = @_;
    $output =~ s/\n+\z//;
    my $pattern = join '', map {
        $_ eq "...\n" || $_ eq '...' ? '(?:.*\n)*?.*' : quotemeta($_)
    } split /^/, $output;
    return qr/\A$pattern\n*\z/;
}

1;
