#!/usr/bin/env bash
# One house rule: rules.sh RULE SOURCE_FOLDER BUILD_FOLDER.  Prints each breach and fails.
set -u
export LC_ALL=C
rule=$1 build=$3
cd "$2" || exit 1
parts='metrics storage pool routing proxy tests'

ours() {  # the files below these folders that are committed, or all of them where this is no git checkout
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then git ls-files -- "$@"; else find "$@" -type f 2>/dev/null; fi |
    while read -r file; do if [ -e "$file" ]; then echo "${file#./}"; fi; done | sort
}
# shellcheck disable=SC2086
cxx() { ours ${*:-$parts} | grep -E '\.(cc|h)$'; }
lines() { xargs -r -d '\n' grep -nIHE -- "$1"; }  # those that match, of the files on standard input
but_comments() { grep -vE '^[^:]+:[0-9]+:[[:space:]]*(//|\*)'; }

none() {  # fails if anything arrives, and says what to do about it
  local breaches
  breaches=$(cat)
  [ -z "$breaches" ] || { printf '%s\n%s\n' "$breaches" "=> $1"; exit 1; }
}

includes_name_their_part() {
  cxx | lines '^[[:space:]]*#[[:space:]]*include[[:space:]]*"(\.|[^/"]*")' |
    none 'include "part/folder/file.h", as seen from the root'
}

folders_without_io_do_no_io() {
  local clocks='_clock::now|\b(clock_)?gettime(ofday)?\(|\bstd::time\(|\btime\((nullptr|0|NULL)\)|\b(steady|system|deadline)_timer\b'
  local threads='\bstd::(this_thread|jthread|thread|mutex|shared_mutex|condition_variable|async)\b|<(thread|mutex|future|condition_variable)>'
  local outside='<sys/socket\.h>|asio/(ip|ssl)/|\bip::tcp\b|<(fstream|filesystem|iostream|cstdio)>|\bgetenv\('
  local chance='random_device|\bs?rand\(|mt19937|<random>|randombytes'
  cxx pool routing | lines "$clocks|$threads|$outside|$chance" | but_comments |
    none 'pool/ and routing/ are given their clock, their random source and their Store, and own no thread or lock'
}

no_unfinished_work() {
  # shellcheck disable=SC2086
  ours $parts docs README.md CMakeLists.txt dev .cmake .ci | grep -vE '(^|/)(package-lock\.json$|corpus/)' |
    lines '\b(FIX''ME|TO''DO|X''XX|HA''CK)\b' | none 'finish it, or file an issue'
}

no_two_types_have_one_name() {
  # shellcheck disable=SC2086
  cxx metrics storage pool routing proxy | grep '\.h$' | xargs grep -hoE '^(class|struct|enum class) [A-Z][A-Za-z0-9]+( final)?( :[^{;]*)? ?\{' |
    sed -E 's/^(class|struct|enum class) ([A-Za-z0-9]+).*/\2/' | sort | uniq -d |
    none 'all are of the namespace bauta: the linker takes one for the other without a word, and the program reads what is not there'
}

no_test_is_switched_off() {
  {
    cxx tests | lines '^[[:space:]]*//[[:space:]]*(TYPED_)?TEST(_[FP])?\(|\bDISABLED_'
    ours tests | grep -E '\.m?[jt]s$' | lines '\b(test|it|describe|suite)\.(skip|only|todo)\b|\b(skip|only|todo): *true'
  } | none 'a test runs or is deleted'
}

every_source_is_in_a_target() {
  comm -23 <(cxx | grep '\.cc$' | sort) \
    <(sed -n "s|^ *\"file\": \"$PWD/\(.*\)\".*|\1|p" "$build/compile_commands.json" | sort -u) |
    none 'name it in its folder'"'"'s CMakeLists.txt'
}

the_root_is_tidy() {
  ours . | sed 's|/.*||' | sort -u | grep -vxE \
    '\..*|CMakeLists\.txt|CMakePresets\.json|README\.md|LICENSE|dev|metrics|storage|pool|routing|proxy|tests|docs|build' |
    none 'the root holds the parts, tests/, docs/ and little else'
}

no_drawer_for_everything() {
  # shellcheck disable=SC2086
  ours $parts | grep -iE '(^|[/_])(common|utils?|misc|helpers?|managers?)([/_.]|$)' | none 'name it after what it holds'
}

# The +1 numbers that we write down are of 555, which nobody has, or look like it (01xx) where a test needs another exchange.
only_fictional_numbers() {
  ours tests docs README.md | grep -E '\.(cc|h|m?[jt]s|md|yaml|sh)$' | xargs -r -d '\n' grep -noIHE '\+1[2-9][0-9]{9}\b' |
    grep -vE ':\+1(...555....|......01..|555.......|500.......)$' | none 'somebody may have this number: use +1 xxx 555 01xx'
}

"$rule"
