#!/usr/bin/env bash
# Installs what the tests need, builds once, runs every test, and ends with "N passed, N failed, N skipped".
# Tests that measure time are a lane of their own, for an idle machine: dotnet run eng/dev.cs timing.
# The engine's suite runs once for each vector width of .NET (512, 256, 128 bits and scalar), each time asserting the width it got.
set -uo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 NO_COLOR=1

passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

say() { printf '%s\n' "$*"; }

finish() {
    say "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

skip() { # count, what is missing
    skipped=$((skipped + $1))
    say "SKIPPED $2"
}

if ! command -v dotnet >/dev/null; then
    say "FAILED the .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0"
    failed=1
    finish
fi

# The real Fashion-MNIST, for the tests that train on it.
if [ ! -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing dataset-fashion-mnist"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dataset-fashion-mnist; } >"$logs/apt" 2>&1 ||
        { say "dataset-fashion-mnist could not be installed; the tests that need it say so:"; tail -n 3 "$logs/apt"; }
fi

# Chromium, for the tests that look at the studio as a person does; without it they fail and say so.
chromium_is_there() {
    local place
    for place in "${WEFT_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -n "$place" ] && [ -x "$place" ]; then return 0; fi
    done
    return 1
}
if ! chromium_is_there && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing chromium"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >"$logs/apt" 2>&1 ||
        { say "chromium could not be installed; the tests that need it say so:"; tail -n 3 "$logs/apt"; }
fi

# The checker of ONNX files; without it the one test that asks it is skipped and says so.
if [ ! -e /usr/lib/python3/dist-packages/onnx ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing python3-onnx"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-onnx; } >"$logs/apt" 2>&1 ||
        { say "python3-onnx could not be installed; the test that needs it says so:"; tail -n 3 "$logs/apt"; }
fi

# A linker, for the test that compiles an exported network to a native program; without one that test is skipped and says so.
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing gcc"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev zlib1g-dev; } >"$logs/apt" 2>&1 ||
        { say "gcc could not be installed; the test that needs it says so:"; tail -n 3 "$logs/apt"; }
fi

# A server for the store of sweeps, which the tests start themselves in a temporary folder; without it they are skipped and say so.
if ! command -v initdb >/dev/null && [ -z "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing postgresql"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >"$logs/apt" 2>&1 ||
        { say "postgresql could not be installed; the tests that need it say so:"; tail -n 3 "$logs/apt"; }
fi

# Two MPI libraries with their launchers, for the tests of one network on several processes; without them these are skipped and say so.
if { ! command -v mpirun.openmpi || ! command -v mpirun.mpich; } >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "installing openmpi-bin and mpich"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openmpi-bin mpich; } >"$logs/apt" 2>&1 ||
        { say "openmpi-bin and mpich could not be installed; the tests that need them say so:"; tail -n 3 "$logs/apt"; }
fi

say "== build"
if ! dotnet build Weft.slnx -c Release --disable-build-servers -v quiet; then
    say "FAILED the build"
    failed=1
    finish
fi

# What a shell starts in the background ignores interrupts, and nohup adds hang-ups; the tests of signals need them as a terminal gives them.
if env --default-signal=INT,HUP true 2>/dev/null; then environment=(env --default-signal=INT,HUP); else environment=(env); fi

# run_suite NAME [VARIABLE=VALUE…] runs one test executable and adds its counts; a suite that dies without a summary is one failure.
# start_suite does so next to others that are started, as most keep one core busy; end_suites waits for them.
without=(-trait- lane=timing)
suites=() pids=()
execute() { # log, name, variables
    local log=$1 name=$2 started=$SECONDS code
    shift 2
    "${environment[@]}" "$@" "artifacts/bin/$name/release/$name" -noColor "${without[@]}" >"$log" 2>&1
    code=$?
    echo "$((SECONDS - started))" >"$log.seconds"
    return "$code"
}

run_suite() {
    execute "$logs/suite" "$@"
    count_suite "$logs/suite" $? "$@"
}

start_suite() {
    execute "$logs/${#suites[@]}" "$@" &
    pids+=($!)
    suites+=("$*")
}

end_suites() {
    local number
    for number in "${!suites[@]}"; do
        wait "${pids[number]}"
        # shellcheck disable=SC2086
        count_suite "$logs/$number" $? ${suites[number]}
    done
    suites=() pids=()
}

count_suite() { # log, exit code, name, variables
    local log=$1 code=$2 name=$3 counts
    shift 3
    say "== $name${*:+  ($*)}"
    counts=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1)
    if [[ ! $counts =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+) ]]; then
        tail -n 40 "$log"
        say "FAILED $name ended with code $code and no summary"
        failed=$((failed + 1))
        return
    fi
    local total=${BASH_REMATCH[1]} bad=$((BASH_REMATCH[2] + BASH_REMATCH[3])) skips=${BASH_REMATCH[4]} unrun=${BASH_REMATCH[5]}
    if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$total" -eq 0 ]; }; then bad=1; say "FAILED $name: code $code after $total tests"; fi
    passed=$((passed + total - BASH_REMATCH[2] - BASH_REMATCH[3] - skips - unrun)) failed=$((failed + bad)) skipped=$((skipped + skips))
    if [ "$bad" -gt 0 ]; then cat "$log"; else grep -A 1 '\[SKIP\]' "$log"; fi
    say "   $total tests, $bad failed, $skips skipped, $(cat "$log.seconds") s"
}

# The widths this processor has, by its own flags. Intel's model 85 has 512 bits but .NET prefers 256 there (it would lower its clock).
widest=0
if [ "$(uname -m)" = x86_64 ] && [ -r /proc/cpuinfo ]; then
    flags=$(grep -m 1 '^flags' /proc/cpuinfo)
    model=$(grep -m 1 '^model[[:space:]]*:' /proc/cpuinfo | tr -cd 0-9)
    widest=128
    if [[ $flags == *avx2* && $flags == *fma* ]]; then widest=256; fi
    if [[ $widest == 256 && $flags == *avx512f* && $flags == *avx512bw* && $flags == *avx512dq* && $flags == *avx512vl* && $flags == *avx512cd* ]] &&
        { [[ $model != 85 ]] || ! grep -q GenuineIntel /proc/cpuinfo; }; then widest=512; fi
elif [[ "$(uname -m)" =~ ^(aarch64|arm64)$ ]]; then
    widest=128
fi

rung() { # bits, switches
    local bits=$1
    shift
    if [ "$bits" -gt "$widest" ]; then skip 1 "the engine's suite at $bits bits: this processor has no such vectors"; return; fi
    # Whole networks at the widths that processors choose; kernels and layers at every one.
    if [ "$bits" -lt 256 ] && [ "$bits" -lt "$widest" ]; then without+=(-trait- lane=widest); fi
    start_suite Weft.Tests "WEFT_EXPECT_VECTOR=$bits" "$@"
    without=(-trait- lane=timing)
}

rung 512
rung 256 DOTNET_EnableAVX512=0
end_suites
rung 128 DOTNET_EnableAVX2=0
rung 0 DOTNET_EnableHWIntrinsic=0
end_suites
# The program's tests stop, kill and time processes of its own, so they have the machine to themselves.
run_suite Weft.App.Tests
start_suite Weft.Interchange.Tests
start_suite Weft.Training.Tests
end_suites
for project in tests/*/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    case $name in Weft.Tests | Weft.App.Tests | Weft.Interchange.Tests | Weft.Training.Tests) ;; *) run_suite "$name" ;; esac
done
finish
