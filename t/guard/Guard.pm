# SPDX-License-Identifier: Apache-2.0
# What the guards share: where the sources are and what is in them.
package Guard;

use strict;
use warnings;
use Cwd ();
use Exporter qw(import);
use File::Basename ();
use File::Find ();

our @EXPORT = qw(srcdir builddir sources slurp without_comments run_command
    tracked);

my $srcdir = $ENV{RPC_SRCDIR}
    || Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');

sub srcdir { return $srcdir }

sub builddir { return $ENV{RPC_BUILDDIR} || $srcdir }

# The project's own files whose path matches, relative to the top, sorted;
# what the build makes is no source.
sub sources {
    my ($pattern) = @_;
    my @found;
    for my $top (qw(mod_rpc.c src handlers conf docs t),
        qw(Makefile.am configure.ac run rpc-serve .ci .clang-format))
    {
        next if !-e "$srcdir/$top";
        File::Find::find({ no_chdir => 1, wanted => sub {
            return if !-f $_ || m{/(?:\.libs|\.deps|corpus|__pycache__)/};
            my $path = substr $_, length("$srcdir/");
            push @found, $path if $path =~ $pattern;
        } }, "$srcdir/$top");
    }
    return sort @found;
}

sub slurp {
    my ($path) = @_;
    $path = "$srcdir/$path" if $path !~ m{^/};
    open(my $in, '<:raw', $path) or die "$path: $!\n";
    local $/;
    my $text = <$in>;
    return defined $text ? $text : '';
}

# C without comments; lines stay where they are.
sub without_comments {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/)}{ (my $c = $1) =~ s/[^\n]//g; $c }ges;
    return $text;
}

sub run_command {
    my ($command) = @_;
    my $output = `$command 2>&1`;
    return ($? >> 8 || $? & 127, $output);
}

# What git tracks; nothing outside a checkout.
sub tracked {
    return if !-e "$srcdir/.git";
    my ($status, $output) = run_command("git -c safe.directory='*' -C "
        . "'$srcdir' ls-files");
    die "git ls-files failed: $output\n" if $status;
    return sort grep { -e "$srcdir/$_" } split /\n/, $output;
}

1;
