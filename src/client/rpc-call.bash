# SPDX-License-Identifier: Apache-2.0
# bash completion of rpc-call: options, and methods by asking the server.
# For bash-completion, which loads it by its name.

_rpc_call()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local line=${COMP_LINE:0:COMP_POINT} url='' at

    COMPREPLY=()
    case $before in
    -b | --batch | --cacert)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
    --framing)
        mapfile -t COMPREPLY < <(compgen -W 'newline eot content-length
            netstring concatenated' -- "$word")
        return ;;
    --version)
        mapfile -t COMPREPLY < <(compgen -W '2.0 1.1 1.0' -- "$word")
        return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(rpc-call --help 2>/dev/null |
            sed -n 's/^ *\(-., \)\{0,1\} *\(--[a-z-]*\).*/\2/p')" -- "$word")
        return
    fi
    # A URL is several words for bash, which breaks them at its colon.
    for at in $line; do
        if [[ $at == *://* ]]; then
            url=$at
        fi
    done
    if [[ -n $url && $line == *"$url "* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(rpc-call --timeout 2 \
            --list "$url" 2>/dev/null)" -- "$word")
    fi
}
complete -F _rpc_call rpc-call
