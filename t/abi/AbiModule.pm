# SPDX-License-Identifier: Apache-2.0
# Compiles handler modules against the tree's mod_rpc.h, as somebody else
# would have. For t/abi/*.t.
package AbiModule;

use strict;
use warnings;
use RpcTest ();

sub output_of {
    my ($status, $output) = RpcTest::run_command(@_);
    die "@_ failed: $output" if $status;
    $output =~ s/\s+\z//;
    return $output;
}

# Compile t/abi/mod_rpc_KIND.c as the module rpc_NAME_module; returns its
# LoadModule line.
sub build {
    my ($kind, $name, @defines) = @_;
    return build_with('src', $kind, $name, @defines);
}

# The same against the header that was frozen as that ABI major.
sub build_against {
    my ($major, $kind, $name, @defines) = @_;
    return build_with("t/abi/$major", $kind, $name, @defines);
}

sub build_with {
    my ($include, $kind, $name, @defines) = @_;
    my $module = RpcTest::logs() . "/mod_rpc_$name.so";
    output_of('cc', '-std=gnu99', qw(-Wall -Wextra -Werror),
        qw(-Wno-unused-function -shared -fPIC), (map { "-D$_" } @defines),
        "-Drpc_${kind}_module=rpc_${name}_module",
        '-I' . RpcTest::tree() . "/$include",
        '-I' . output_of(qw(apxs -q INCLUDEDIR)),
        (split ' ', output_of(qw(apr-1-config --cppflags --includes))),
        '-o', $module, RpcTest::tree() . "/t/abi/mod_rpc_$kind.c");
    return "LoadModule rpc_${name}_module \"$module\"\n";
}

1;
